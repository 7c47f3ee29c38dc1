"""Say what changed for users since the last release, and what the changelog owes them.

docs/contract.yml is what others rely on, as it was last released: columns, types, keys
and grains of the marts, columns that sources and rule seeds are filled with, vars and
their defaults, metrics. `python -m scripts.contract` compares the project with it: what
is added is free, what may break needs a line under *Unreleased* in CHANGELOG.md.
`--release` writes the file anew.
"""

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from scripts import pages
from serving.settings import described_rules

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOT = ROOT / "docs" / "contract.yml"
CHANGELOG = ROOT / "CHANGELOG.md"
HEADER = """\
# What others rely on, as it was last released: `make contract` compares the project
# with it, and a release alone writes it anew (CONTRIBUTING.md).
"""
# Section -> what one of its things is called, and what its parts are, if it has any.
SECTIONS = {
    "relations": ("relation", "column"),
    "staging": ("staging model", "column"),
    "seeds": ("seed", "column"),
    "vars": ("var", ""),
    "metrics": ("metric", ""),
    "semantic_models": ("semantic model", "dimension"),
}
# A column that is new here is one that others have to fill.
FILLED = ("staging", "seeds")


@dataclass(frozen=True)
class Change:
    """One difference, and the words by which the changelog names it if it may break."""

    text: str
    names: frozenset[str] = frozenset()


def read_manifest() -> dict[str, Any]:
    """The project as dbt reads it, without a build."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--quiet", "--no-partial-parse", "parse", "--target", "duckdb"]
        arguments += ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
        arguments += ["--target-path", folder, "--log-path", folder]
        manifest = dbtRunner().invoke(arguments).result
    if not isinstance(manifest, Manifest):
        sys.exit("dbt cannot read the project: mend what `dbt parse` says above.")
    return as_dict(manifest)


def as_dict(manifest: Manifest) -> dict[str, Any]:
    """A manifest as manifest.json has it."""
    return dict(manifest.writable_manifest().to_dict(omit_none=False))


def contract_of(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What others rely on, by section and name; columns in their order."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    contract: dict[str, Any] = {section: {} for section in SECTIONS}
    contract |= {"vars": project["vars"], **semantics(manifest)}
    nodes = [
        *manifest["nodes"].values(),
        # The preset columns, which is off where the demo alone is on.
        *(node for node, *_ in manifest["disabled"].values()),
    ]
    keys = pages.keys(nodes)
    rules = described_rules()
    for node in nodes:
        name, key = node["name"], ", ".join(sorted(keys.get(node["unique_id"], [])))
        types = {each: one["data_type"] for each, one in node["columns"].items()}
        if node["resource_type"] == "seed" and node["fqn"][1] != "demo":
            types = node["config"]["column_types"]
            key = ", ".join(sorted(rules[name]["keys"][-1]))
            contract["seeds"][name] = {"key": key, "columns": types}
        elif node["resource_type"] == "model" and node["config"]["access"] == "public":
            grain = pages.grain(node)
            contract["relations"][name] = {"grain": grain, "key": key, "columns": types}
        elif node["resource_type"] == "model" and name.startswith("stg_columns__"):
            contract["staging"][name] = {"columns": types}
    in_order = {
        section: dict(sorted(contract[section].items())) for section in SECTIONS
    }
    # Through JSON, so that types are the plain ones of the file.
    return {"version": project["version"], **json.loads(json.dumps(in_order))}


def semantics(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What metrics are made of, and by which names a query groups them."""
    models, measures = {}, {}
    for model in manifest["semantic_models"].values():
        kinds = {one["name"]: one["type"] for one in model["entities"]}
        main = model["primary_entity"] or next(
            name for name, kind in kinds.items() if kind == "primary"
        )
        dimensions = {f"{main}__{one['name']}": one for one in model["dimensions"]}
        models[model["name"]] = {
            "dimensions": {name: f"{kind} entity" for name, kind in kinds.items()}
            | {name: one["type"] for name, one in dimensions.items()}
        }
        for one in model["measures"]:
            day = one["agg_time_dimension"] or model["defaults"]["agg_time_dimension"]
            measures[one["name"]] = (
                f"{one['agg']} of {one['expr'] or one['name']}"
                f" in {model['node_relation']['alias']} by {day}"
            )
    metrics = {}
    for metric in manifest["metrics"].values():
        parameters = metric["type_params"] | {"filter": metric["filter"]}
        if measure := parameters["measure"]:
            parameters["measure"] = measure | {"name": measures[measure["name"]]}
        metrics[metric["name"]] = {"type": metric["type"]} | essential(parameters)
    return {"metrics": metrics, "semantic_models": models}


def essential(value: Any) -> Any:
    """A metric's parameters without what is empty or derived; a lone name as text."""
    if isinstance(value, list):
        return [essential(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    filled = {
        key: essential(one)
        for key, one in value.items()
        if one is not False and one not in (None, [], {}) and key != "input_measures"
    }
    return filled["name"] if list(filled) == ["name"] else filled


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """What changed from one contract to another, in order of sections and names."""
    for section, (what, part) in SECTIONS.items():
        before, after = old[section], new[section]
        for name in sorted(before.keys() | after.keys()):
            names = frozenset([name])
            if name not in after:
                yield Change(f"{what} {name} is gone", names)
            elif name not in before:
                yield Change(f"{what} {name} is new")
            elif part:
                parts = before[name], after[name]
                yield from compare_parts(name, part, *parts, section in FILLED)
            # As texts, since in Python 1 equals true.
            elif (then := json.dumps(before[name])) != (now := json.dumps(after[name])):
                yield Change(f"{what} {name} is {now}, was {then}", names)


def compare_parts(
    name: str,
    part: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    is_filled: bool,
) -> Iterator[Change]:
    """What changed in the columns and the key of one relation."""
    before, after = old[f"{part}s"], new[f"{part}s"]
    for each in before | after:
        names = frozenset([name, each])
        if each not in after:
            yield Change(f"{name} lost the {part} {each}", names)
        elif each not in before:
            text = f"{name} has a new {part}, {each} ({after[each]})"
            yield Change(f"{text}, to be filled", names) if is_filled else Change(text)
        elif before[each] != after[each]:
            yield Change(f"{name}.{each} is {after[each]}, was {before[each]}", names)
    stayed = [each for each in before if each in after]
    if stayed != [each for each in after if each in before]:
        yield Change(f"{name} has its {part}s in another order")
    then, now = (set(re.findall(r"\w+", each.get("key", ""))) for each in (old, new))
    if then != now:
        keys = f"{new['key'] or 'none'}, was {old['key'] or 'none'}"
        yield Change(f"{name} has another key, {keys}", frozenset({name} | then ^ now))
    elif old.get("grain") != new.get("grain"):
        yield Change(
            f"{name} says its grain in other words: one row per {new['grain']}"
        )


def unaccounted(changes: Iterable[Change], changelog: str) -> list[Change]:
    """The changes that may break, and that no line under *Unreleased* names.

    *Added* does not count: a line there names a thing because it is new.
    """
    section = changelog.partition("\n## [Unreleased]")[2].partition("\n## ")[0]
    told = [
        set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", line))))
        for part in re.split(r"^### ", section, flags=re.MULTILINE)
        if not part.startswith("Added")
        for line in part.splitlines()
    ]
    return [
        change
        for change in changes
        if change.names and not any(change.names <= words for words in told)
    ]


def text_of(contract: Mapping[str, Any]) -> str:
    """A contract as its file has it."""
    return HEADER + str(yaml.safe_dump(contract, sort_keys=False, width=1000))


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare, or write the contract of a release."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", action="store_true", help="write the file anew")
    chosen = parser.parse_args(arguments)
    old, new = yaml.safe_load(SNAPSHOT.read_text()), contract_of(read_manifest())
    changes = list(compare(old, new))
    missing = unaccounted(changes, CHANGELOG.read_text())
    for change in changes:
        mark = "!" if change in missing else "~" if change.names else "+"
        names = ", ".join(f"`{name}`" for name in sorted(change.names))
        print(f"{mark} {change.text}" + (f": {names}" if change in missing else ""))
    breaking = sum(bool(change.names) for change in changes)
    print(
        f"Beside the contract of {old['version']}: {len(changes) - breaking} additive,"
        f" {breaking} that may break, {len(missing)} of these without a line in the"
        " changelog."
    )
    if missing:
        sys.exit(
            "Each ! needs a line under Unreleased in CHANGELOG.md, but not under Added,"
            " with its names in backticks."
        )
    if chosen.release:
        SNAPSHOT.write_text(text_of(new))
        print(f"docs/contract.yml is the contract of {new['version']} now.")


if __name__ == "__main__":
    main()
