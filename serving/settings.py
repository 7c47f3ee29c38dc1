"""The vars that a build is given, looked at before dbt starts."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import yaml

from serving.places import ROOT

MACROS = ROOT / "macros" / "settings"
PACKAGE = "footfall"
ENDINGS = (".yml", ".yaml", ".json")


class SettingsError(Exception):
    """One sentence: what is wrong, where, and what would be right."""


class Returned(Exception):  # noqa: N818
    """What a macro gives back, by the word that dbt adds to Jinja."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


@cache
def macros(file: str) -> Any:
    """Those of a file of macros/settings, with the word that dbt adds."""

    def give_back(value: Any) -> None:
        raise Returned(value)

    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    # What the description of rules asks beside itself.
    environment.globals |= {
        "return": give_back,
        "known_presets": shipped_presets,
        "audience_features": audience_features,
    }
    text = (MACROS / file).read_text(encoding="utf-8")
    return environment.from_string(text).module


def asked(file: str, macro: str, *arguments: object) -> Any:
    """What a macro returns that asks no other."""
    called: Callable[..., str] = getattr(macros(file), macro)
    try:
        return called(*arguments).strip()
    except Returned as returned:
        return returned.value


def described_vars() -> dict[str, dict[str, Any]]:
    """What each var may be, by its name."""
    found: dict[str, dict[str, Any]] = asked("described_vars.sql", "described_vars")
    return found


def var_may_be(described: dict[str, Any]) -> str:
    """The same of one var, in words."""
    words: str = asked("var_may_be.sql", "var_may_be", described)
    return words


def shipped_presets() -> list[str]:
    """Those that come with footfall; one's own are of a var."""
    folders = {path.name for path in (ROOT / "models" / "staging").iterdir()}
    return ["columns", "demo", *sorted(folders - {"columns", "demo", "files"})]


def audience_features() -> dict[str, dict[str, Any]]:
    """What a row of the seed audiences can ask about a person, by its name."""
    found: dict[str, dict[str, Any]] = asked(
        "audience_features.sql", "audience_features"
    )
    return found


def described_rules() -> dict[str, dict[str, Any]]:
    """What each rule seed may hold, by its name."""
    found: dict[str, dict[str, Any]] = asked("described_rules.sql", "described_rules")
    return found


def rule_may_be(described: dict[str, Any]) -> str:
    """What a column of a rule seed may be, in words."""
    words: str = asked("described_rules.sql", "may_be", described)
    return words


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that a misspelt one comes nearest to."""
    found: str | None = asked("nearest_name.sql", "nearest_name", word, list(names))
    return found


def chosen_vars(said: str) -> str:
    """Vars of the command line as dbt takes them: what a file holds, or as they are.

    Raises:
        SettingsError: where they cannot be read, or are no map of vars that there are.
    """
    is_named = said.lower().endswith(ENDINGS) and not set("{}\n") & set(said)
    if not os.path.isfile(said) and not (is_named and ": " not in said):
        assert_named(loaded(said, "--vars"), "--vars")
        return said
    text = read(Path(said))
    if said.lower().endswith(".json"):
        # Which may be indented by tabs, as YAML is not.
        try:
            text = json.dumps(json.loads(text))
        except json.JSONDecodeError as error:
            raise SettingsError(
                f"{said} cannot be read as JSON, at line {error.lineno}, column"
                f" {error.colno}."
            ) from None
    given = loaded(text, said)
    if not given:
        raise SettingsError(
            f"{said} holds no var: write some, such as session_timeout_minutes: 30."
        )
    if list(given) == ["vars"]:
        raise SettingsError(
            f"{said} has its vars below the key vars: leave that line out, and what is"
            " below it begins at the left."
        )
    assert_named(given, said)
    return text


def read(path: Path) -> str:
    """The text of a file of settings."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(
            f"There is no file {path} in {Path.cwd()} to take vars from."
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not of UTF-8: save it as that.") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None


def loaded(text: str, place: str) -> dict[Any, Any]:
    """A map of settings, each of them told once."""
    try:
        tree, found = parsed(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise SettingsError(f"{place} cannot be read as YAML{where}.") from None
    except ValueError:
        raise SettingsError(
            f"{place} cannot be read as YAML: it holds a date or number that there is"
            " not."
        ) from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise SettingsError(
            f"{place} must be a map of vars, such as session_timeout_minutes: 30, or"
            " the path of a file that ends in .yml, .yaml or .json."
        )
    for key in doubled(tree):
        raise SettingsError(
            f"{place} says {key.value} twice, the second time at line"
            f" {key.start_mark.line + 1}: say it once."
        )
    return found


def parsed(text: str, loader: type[Any]) -> tuple[yaml.Node | None, Any]:
    """What a text of YAML is made of, and what it says."""
    reader = loader(text)
    try:
        tree = reader.get_single_node()
        return tree, None if tree is None else reader.construct_document(tree)
    finally:
        reader.dispose()


def doubled(tree: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Keys that stand in their map before, of which YAML takes the last."""
    # Of aliases each is looked at once: they may go round.
    nodes, seen = [tree], set()
    while nodes:
        node = nodes.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            nodes += reversed(node.value)
        elif isinstance(node, yaml.MappingNode):
            keys = set()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode):
                    if key.value in keys:
                        yield key
                    keys.add(key.value)
            nodes += [value for _, value in reversed(node.value)]


def assert_named(names: Iterable[Any], place: str) -> None:
    """Refuse vars that are none: they would change nothing, and nobody would notice."""
    known = list(described_vars())
    gone = asked("described_vars.sql", "gone_vars")
    for name in names:
        if name not in known and name not in gone:
            near = nearest(str(name), known)
            right = f"the nearest is {near}" if near else f"they are {', '.join(known)}"
            raise SettingsError(
                f"{place} says {name}, but there is no such var; {right}."
            )


def assert_project_vars(folder: Path) -> None:
    """The same of what is written into dbt_project.yml, which no macro is shown.

    In a project of another name vars of no scope may be its own.
    """
    path = folder / "dbt_project.yml"
    if not path.is_file():
        return
    text = read(path)
    # By the faster one that is not part of every PyYAML: the file is long.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        tree, project = parsed(text, loader)
    except (yaml.YAMLError, ValueError):
        # Not only vars stand there: dbt says it.
        return
    if not isinstance(project, dict) or not isinstance(project.get("vars"), dict):
        return
    assert isinstance(tree, yaml.MappingNode)
    for key, value in tree.value:
        if key.value == "vars":
            for twice in doubled(value):
                raise SettingsError(
                    f"{path} says {twice.value} twice in its vars, the second time at"
                    f" line {twice.start_mark.line + 1}: say it once."
                )
    written = project["vars"]
    own = written.get(PACKAGE)
    names = list(own) if isinstance(own, dict) else []
    if project.get("name") == PACKAGE:
        known = described_vars()
        names += [
            name
            for name, value in written.items()
            if name not in (PACKAGE, *known)
            # What packages are told stands under their names.
            and (not isinstance(value, dict) or nearest(str(name), known))
        ]
    assert_named(names, str(path))
