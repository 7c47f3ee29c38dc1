"""The project's conventions, read from the manifest and the files themselves."""

import csv
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
import yaml
from harness import ROOT, Build, compile_analyses

NOT_OURS = {".git", ".venv", "target", "logs", "warehouse", "dbt_packages"}
NOT_OURS |= {".hypothesis", "node_modules", ".superset"}
NOT_OURS |= {".venv-superset", ".venv-sail", ".venv-docs"}
MACHINE_PATH = re.compile(r"(?<![\w.:/*-])/(work|home|root|Users|tmp|var)/[\w.-]+")
ANALYSES = sorted(path.stem for path in (ROOT / "analyses").glob("*.sql"))
# Of what the demo has none.
UNANSWERED = {"did_a_variant_win"}
Node = dict[str, Any]


def files(*endings: str) -> Iterator[Path]:
    """The project's own files, by ending."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        is_ours = not (NOT_OURS & set(parts)) and not any(
            part.endswith("cache") or part.endswith("cache__") for part in parts
        )
        if is_ours and path.is_file() and (not endings or path.suffix in endings):
            yield path


def where(path: Path) -> str:
    """A file as the project calls it."""
    return path.relative_to(ROOT).as_posix()


def sql() -> dict[str, str]:
    """Text of all models and macros."""
    return {
        where(path): path.read_text()
        for path in files(".sql")
        if where(path).startswith(("models/", "macros/"))
    }


def listed(macro_file: str, name: str) -> list[str]:
    """The list that a macro returns."""
    text = (ROOT / "macros" / f"{macro_file}.sql").read_text()
    found = re.search(rf"macro {name}\(\).*?return\(\[(.*?)\]", text, re.DOTALL)
    assert found, name
    return re.findall(r"'([^']*)'", found[1])


def seed_column(seed: str, column: str) -> set[str]:
    """Values of a column of a rule seed."""
    with (ROOT / "seeds" / "rules" / f"{seed}.csv").open(newline="") as file:
        return {row[column] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def nodes(demo: Build) -> dict[str, Node]:
    """Everything dbt knows of this project, switched off or not."""
    manifest = demo.manifest()
    disabled = {key: each for key, (each, *_) in manifest["disabled"].items()}
    return {
        key: node
        for key, node in (manifest["nodes"] | disabled).items()
        if node["package_name"] == "footfall"
    }


@pytest.fixture(scope="module")
def models(nodes: dict[str, Node]) -> list[Node]:
    """All models."""
    return [node for node in nodes.values() if node["resource_type"] == "model"]


def test_dispatch_stands_in_portable_macros_alone() -> None:
    """Functions may differ by engine, rules may not."""
    # In quotes it is looked for, not called.
    calls = re.compile(r"(?<!['\"])\badapter\.dispatch\(")
    found = {path for path, text in sql().items() if calls.search(text)}
    assert found != set()
    assert {path for path in found if not path.startswith("macros/portable/")} == set()


def test_no_model_asks_which_engine_it_runs_on() -> None:
    """Whoever reads a model would have to run it in their head once per engine."""
    asks = re.compile(r"target\s*\.\s*(type|name)|target\[")
    found = [
        path
        for path, text in sql().items()
        if asks.search(text) and not path.startswith("macros/portable/")
    ]
    assert found == []


# What may stand between quotes without sql_literal: signs that no engine means anything
# by, and numbers that a check of the settings let through.
WRITTEN_BARE = {"wide_white_space()"}


def bare_texts(text: str) -> Iterator[str]:
    """Expressions of Jinja that stand between quotes of SQL, other than numbers."""
    text = re.sub(r"\{#.*?#\}|--[^\n{]*|\{%.*?%\}", "", text, flags=re.DOTALL)
    said = re.findall(r"\{\{-?\s*(.*?)\s*-?\}\}", text, re.DOTALL)
    marked = re.sub(r"\{\{.*?\}\}", "\0", text, flags=re.DOTALL)
    before, count = "", 0
    for nth, part in enumerate(marked.split("'")):
        here = said[count : count + part.count("\0")]
        count += len(here)
        if nth % 2 and not before.rstrip().endswith("interval"):
            yield from (each for each in here if each not in WRITTEN_BARE)
        before = part


def joined_texts(text: str) -> Iterator[str]:
    """Lines of Jinja that put quotes around a text, which would be SQL's."""
    quoted = re.compile(r"""[=(,|] *'"\s*~|~\s*"'"\s*($|[),%]|if)|\btimestamp '"\s*~""")
    for line in text.splitlines():
        if quoted.search(line) and "for example" not in line:
            yield line.strip()


def test_texts_reach_sql_as_literals_alone() -> None:
    """A quote in a setting, a rule or a path would end a text that is written bare."""
    found = {
        path: texts
        for path, text in sql().items()
        if (texts := [*bare_texts(text), *joined_texts(text)])
        and path != "macros/portable/sql_literal.sql"
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "platform = '{{ platform }}'",
        "(like 'a' or like '%.{{ host -}}')",
        '{%- set sql = "field = \'" ~ field ~ "\'" -%}',
        '{{ matches_regex(text, "\'" ~ pattern ~ "\'") }}',
        "~ source ~ \"' and received_at between timestamp '\" ~ start",
    ],
)
def test_a_text_between_bare_quotes_is_found(text: str) -> None:
    """The test above would be worth nothing if it saw none."""
    assert [*bare_texts(text), *joined_texts(text)] != []


# What dbt's newer engine, Fusion, is known to lack of Jinja's modules.
LACKING = re.compile(r"modules\.pytz\.(?!timezone\b|utc\b)\w+|\bfrom_csv\b")


def test_nothing_is_asked_of_jinja_that_dbts_newer_engine_lacks() -> None:
    """Of pytz it has timezone and utc alone, and its tables are read from no text."""
    texts = {where(path): path.read_text() for path in files(".sql", ".yml")}
    found = {path: LACKING.findall(text) for path, text in texts.items()}
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize(
    "text", ["modules.pytz.all_timezones_set", "model.agate.Table.from_csv(file)"]
)
def test_what_the_newer_engine_lacks_is_found(text: str) -> None:
    """The test above would be worth nothing if it saw none."""
    assert LACKING.search(text)
    assert not LACKING.search("modules.pytz.timezone(name)")


def test_no_var_has_a_default_in_sql() -> None:
    """All defaults stand in dbt_project.yml, with their reasons."""
    found = [
        path for path, text in sql().items() if re.search(r"\bvar\([^)]*,[^)]*\)", text)
    ]
    assert found == []


def test_only_the_sources_change_what_dbt_parses() -> None:
    """The tests' builds share what was parsed for other vars.

    Topics are switched where a project says so, and never for a run.
    """
    for path in files(".yml"):
        if where(path).startswith(("models/", "seeds/", "dbt_project", "tests/")):
            used = set(re.findall(r"\bvar\(['\"](\w+)", path.read_text()))
            assert used <= {"sources", "topics"}, where(path)


def project_vars() -> dict[str, object]:
    """All vars with their defaults."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    found: dict[str, object] = project["vars"]
    return found


def test_every_var_is_used() -> None:
    """A setting that does nothing misleads."""
    said = [path.read_text() for path in files(".yml")]
    text = "\n".join([*sql().values(), *said])
    used = set(re.findall(r"\bvar\(['\"](\w+)", text))
    assert used == set(project_vars())


def test_every_var_is_explained_where_it_is_set() -> None:
    """Meaning, unit and reason, in a comment above it."""
    lines = (ROOT / "dbt_project.yml").read_text().splitlines()
    bare = [
        name
        for name in project_vars()
        for above, line in pairwise(lines)
        if line.startswith(f"  {name}:") and not above.startswith("  #")
    ]
    assert bare == []


def test_the_described_columns_are_those_that_are_built(
    demo: Build, nodes: dict[str, Node]
) -> None:
    """Of marts, seeds and staging, in order; descriptions that drift mislead."""
    built: dict[str, list[str]] = {}
    for relation, column in demo.rows(
        "select table_name, column_name from information_schema.columns"
        " order by table_name, ordinal_position"
    ):
        built.setdefault(relation, []).append(column)
    for node in nodes.values():
        is_contracted = (
            node["resource_type"] == "model" and node["fqn"][1] != "intermediate"
        )
        if node["name"] in built and (is_contracted or node["resource_type"] == "seed"):
            assert list(node["columns"]) == built[node["name"]], node["name"]


def test_every_macro_and_argument_is_described(demo: Build) -> None:
    """But the engines' versions of a macro, which do what it says."""
    ours = [
        macro
        for macro in demo.manifest()["macros"].values()
        if macro["package_name"] == "footfall"
        and not re.match(r"(default|duckdb|postgres|spark)__", macro["name"])
    ]
    assert [macro["name"] for macro in ours if not macro["description"].strip()] == []
    for macro in ours:
        if macro["name"].startswith("materialization_"):
            continue
        head = re.search(r"(?:macro|test) \w+\(([^)]*)\)", macro["macro_sql"])
        assert head, macro["name"]
        names = [part.split("=")[0].strip() for part in head[1].split(",") if part]
        if not macro["name"].startswith("test_"):
            described = {each["name"]: each for each in macro["arguments"]}
            assert list(described) == names, macro["name"]
            assert all(each["description"] for each in described.values())


def test_every_macro_is_described_in_its_folder(demo: Build) -> None:
    """Whoever looks for one of them finds the other."""
    found = {
        macro["name"]: macro["patch_path"]
        for macro in demo.manifest()["macros"].values()
        if macro["package_name"] == "footfall"
        and macro["patch_path"]
        and not macro["name"].startswith("test_")
        and Path(macro["patch_path"].split("://")[1]).parent
        != Path(macro["original_file_path"]).parent
    }
    assert found == {}


def digits(expression: dict[str, Any]) -> int:
    """Digits of a decimal in a plan of DuckDB; 0 of anything else."""
    data_type = expression.get("return_type", {})
    is_decimal = data_type.get("id") == "DECIMAL"
    return int(data_type["type_info"]["width"]) if is_decimal else 0


def is_written_by_product(product: dict[str, Any]) -> bool:
    """The factors have 19 and 18 digits, of whole millions 22 and 15.

    DuckDB itself casts them to what both need.
    """
    factors = [
        each["child"] if digits(each) == digits(product) and "child" in each else each
        for each in product["children"]
    ]
    return [digits(factor) for factor in factors] in ([19, 18], [22, 15])


def stray_products(node: Any) -> Iterator[str]:
    """Products of decimals in a plan that the macro product() did not write."""
    if isinstance(node, list):
        for each in node:
            yield from stray_products(each)
    elif isinstance(node, dict):
        if node.get("name") == "*" and digits(node) and not is_written_by_product(node):
            yield f"{digits(node)} digits"
        yield from stray_products([*node.values()])


def plan(demo: Build, query: str) -> Any:
    """What DuckDB makes of a query, with the type of each expression."""
    quoted = query.strip().replace("'", "''")
    text = f"select json_serialize_plan('{quoted}', skip_empty := true)"
    found = json.loads(demo.value(text))
    assert not found["error"], found
    return found["plans"]


# Stars of "all columns" and of "all rows".
NO_PRODUCT = re.compile(r"\bselect( distinct)?\s+\*|\b[a-z_]\w*[.]\*|\(\*\)")


def test_decimals_are_multiplied_by_one_function(demo: Build) -> None:
    """How many digits of a product an engine keeps is known in one place."""
    compiled = demo.folder / "target" / "compiled" / "footfall" / "models"
    texts = {path.stem: path.read_text() for path in compiled.rglob("*.sql")}
    assert {"fct_conversions", "int_credits__weighted"} <= set(texts)
    # To plan a model takes long, and one without a star multiplies nothing.
    found = {
        name: [*stray_products(plan(demo, sql))]
        for name, sql in texts.items()
        if "*" in NO_PRODUCT.sub("", sql)
    }
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize(
    "product",
    [
        "revenue * currency_rate",
        "sum(revenue * 0.5)",
        "cast(revenue * length(order_id) as numeric(28, 2))",
        "cast(sum(revenue) * currency_rate as numeric(28, 2))",
        "row_number() over (order by 1 + revenue * 2)",
    ],
)
def test_a_product_of_decimals_is_found(demo: Build, product: str) -> None:
    """Wherever it stands, and whatever it is cast to."""
    query = f"with planted as (select {product} from fct_conversions"
    query += " group by revenue, currency_rate, order_id) select * from planted"
    assert len([*stray_products(plan(demo, query))]) == 1


def test_every_model_says_its_grain_first(models: list[Node]) -> None:
    """Line one, so that a reader knows what a row is before how it is made."""
    paths = [ROOT / model["original_file_path"] for model in models]
    assert [
        where(path) for path in paths if not path.read_text().startswith("-- grain: ")
    ] == []


def test_every_model_ends_by_selecting_its_last_cte(models: list[Node]) -> None:
    """So that any step can be looked at by changing one word."""
    last = re.compile(r"^(\w+) as \($", re.MULTILINE)
    for model in models:
        if model["name"].endswith("__unioned"):
            continue
        text = (ROOT / model["original_file_path"]).read_text().strip()
        name = text.splitlines()[-1].removeprefix("select * from ")
        ctes = last.findall(re.sub(r"^with ", "", text, flags=re.M))
        assert [name] == ctes[-1:], model["name"]


# How else than by ref() a model could read a table.
READS_BY_NAME = r"\b(this|graph|adapter\.\w+|\w+_relation|relation_of|api)\b"


def names_said(text: str, names: set[str]) -> set[str]:
    """Which of these a text says, but in comments and by ref()."""
    text = re.sub(
        r"\{#.*?#\}|--[^\n]*|\bref\('footfall', '\w+'\)", "", text, flags=re.DOTALL
    )
    return set(re.findall(r"\w+", text)) & names


def descendants(name: str, nodes: dict[str, Node]) -> set[str]:
    """What is made of a model, as dbt knows it."""
    found: set[str] = set()
    open_ = [name]
    while open_:
        parent = open_.pop()
        made = {k for k, node in nodes.items() if parent in node["depends_on"]["nodes"]}
        open_ += made - found
        found |= made
    return found


def test_no_model_reads_another_by_name(models: list[Node]) -> None:
    """What dbt is not told of it cannot build before."""
    names = {model["name"] for model in models}
    for model in models:
        code = re.sub(r"\{#.*?#\}|--[^\n]*", "", model["raw_code"], flags=re.DOTALL)
        if model["language"] == "sql":
            assert names_said(code, names) == set(), model["name"]
            jinja = " ".join(re.findall(r"\{[{%].*?[%}]\}", code, re.DOTALL))
            assert not re.search(READS_BY_NAME, jinja), model["name"]


def test_a_reference_to_a_model_names_the_package(models: list[Node]) -> None:
    """dbt looks in a host's project first, where rule seeds may replace ours.

    So may the staging of a preset, which may be one of the host's own.
    """
    names = {model["name"] for model in models}
    names -= {
        name for name in names if re.fullmatch(r"stg_\w+__(events|ad_spend)", name)
    }
    for model in models:
        for found in model["refs"]:
            expected = "footfall" if found["name"] in names else None
            assert found["package"] == expected, (model["name"], found["name"])


# These are handed to ref(), each for the scope that is asked for.
REFERRED_TO = {"scope_keys"}


def descendants_read(manifest: Node) -> dict[str, set[str]]:
    """Of each model what it reads, through macros, of all that is made of it."""
    macros = manifest["macros"]
    models = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }
    by_name = {node["name"]: key for key, node in models.items()}
    said = {
        key: {by_name[name] for name in names_said(macro["macro_sql"], {*by_name})}
        for key, macro in macros.items()
        if macro["package_name"] == "footfall" and macro["name"] not in REFERRED_TO
    }
    found = {}
    for key, model in models.items():
        called = macros_called(model, macros) & said.keys()
        read = {name for macro in called for name in said[macro]}
        if wrong := read & descendants(key, models):
            found[model["name"]] = wrong
    return found


def test_no_model_reads_what_is_made_of_it(demo: Build) -> None:
    """Not through a macro either, which dbt sees no edge in: rows of the last run."""
    assert descendants_read(demo.manifest()) == {}


def test_a_macro_that_reads_what_is_made_of_a_model_is_found(demo: Build) -> None:
    """Of each model that calls it, be it through others."""
    manifest = demo.manifest()
    manifest["macros"]["macro.footfall.has_news"]["macro_sql"] += "'fct_page_views'"
    found = descendants_read(manifest)
    assert {"int_events__copied", "int_events__clustered"} <= found.keys()
    assert "int_sessions__described" not in found


@pytest.mark.parametrize(
    "text",
    [
        "select * from {{ footfall_relation('fct_sessions') }}",
        "where batch_number > {{ last('fct_sessions') }}",
        "select * from main.fct_sessions",
    ],
)
def test_a_model_that_is_read_by_name_is_found(text: str) -> None:
    """But a reference and a comment are none."""
    known = "from {{ ref('footfall', 'fct_sessions') }} -- fct_sessions are views"
    assert names_said(f"{known}\n{text}", {"fct_sessions"}) == {"fct_sessions"}
    assert names_said(known, {"fct_sessions"}) == set()


def scope_keys() -> dict[str, tuple[set[str], str, str]]:
    """Scope -> its columns, the model that says what changed, and by which number."""
    text = (ROOT / "macros" / "incremental" / "in_scope.sql").read_text()
    entry = (
        r"'(\w+)': \{\s*'columns': \[([^]]*)\],\s*'of': (?:none|'(\w+)'),?"
        r"(?:\s*'number': '(\w+)',?)?\s*\}"
    )
    return {
        scope: (set(re.findall(r"'(\w+)'", columns)), changed, number)
        for scope, columns, changed, number in re.findall(entry, text)
    }


def scope_of(model: Node) -> str | None:
    """Which rows a run replaces; none of what stores none."""
    is_kept = model["config"]["materialized"] in ("kept", "fixed_point")
    return model["config"]["meta"]["scope"] if is_kept else None


def asks_for_changes(model: Node) -> bool:
    """Whether a model leaves out what did not change."""
    return re.search(r"\b(in_scope|is_new)\(", model["raw_code"]) is not None


def wrong_scopes(models: list[Node]) -> dict[str, str]:
    """Of each model that breaks a rule of what a run replaces, which it is."""
    keys = scope_keys()
    nodes = {model["unique_id"]: model for model in models}
    passing = {key for key, node in nodes.items() if "passing" in node["tags"]}
    made_of_passing = {
        node["name"]: passing & {*node["depends_on"]["nodes"]} for node in models
    }
    found = {}
    for model in models:
        name, scope = model["name"], scope_of(model)
        columns = {*model["columns"]}
        asked = set(re.findall(r"\bin_scope\(\s*'(\w+)'", model["raw_code"]))
        hands_on = asks_for_changes(model) or bool(made_of_passing[name])
        if (scope == "run" or (scope is None and hands_on)) != (
            "passing" in model["tags"]
        ):
            found[name] = "passing is what holds only what its run looks at"
        elif scope in ("all", "log") and hands_on:
            found[name] = "a table of all there is was made of what changed"
        elif scope == "own" and (
            made_of_passing[name] or not {*model["config"]["meta"]["key"]} <= columns
        ):
            found[name] = "rows of its own key are told apart by columns"
        elif scope in keys:
            needed, of, number = keys[scope]
            changed = nodes[f"model.footfall.{of}"]
            # Of a conversion that is no more the person alone is known.
            of_person = {"person_id"} if scope == "conversion" else set()
            if not needed | of_person <= columns:
                found[name] = "rows of its scope are told apart by columns"
            elif not needed | ({number} if number else set()) <= {*changed["columns"]}:
                found[name] = "what says what changed lacks a column of the scope"
            # Rows of a person are made of the events of all visitors that they are.
            elif asked - {scope} - ({"related"} if scope == "person" else set()):
                found[name] = "it replaces rows of one scope and computes another's"
            elif model["unique_id"] not in descendants(changed["unique_id"], nodes):
                found[name] = "it is made before anybody knows what changed"
        elif scope not in ("all", "log", "own", "run", None):
            found[name] = "nobody knows the scope"
    return found


def test_every_kept_model_says_which_rows_a_run_replaces(models: list[Node]) -> None:
    """And has the columns by which they are found, after what tells them."""
    nobodys = {"batch", "related"}
    assert {scope_of(model) for model in models} >= {*scope_keys()} - nobodys
    assert wrong_scopes(models) == {}


def test_nothing_else_keeps_rows(demo: Build) -> None:
    """One way to add to a table: what the increment does not plan it cannot replace."""
    configs = {
        node["name"]: node["config"]
        for node in demo.manifest()["nodes"].values()
        if node["resource_type"] == "model"
    }
    others = {
        name: config["materialized"]
        for name, config in configs.items()
        if config["materialized"] not in ("kept", "kept_view", "fixed_point")
    }
    # The gate holds no row, and lines go by files.
    assert others == {
        "int_rules__checked": "table",
        "stg_files__lines": "incremental",
    }
    assert not any(config["unique_key"] for config in configs.values())


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("int_visitors__changed", {"tags": []}),
        ("int_events__clustered", {"tags": []}),
        ("fct_events", {"tags": ["passing"]}),
        ("int_sessions__described", {"columns": {"visitor_id": {}}}),
        ("int_credits__weighted", {"columns": {"conversion_id": {}}}),
        ("int_hosts__registered", {"columns": {}}),
        ("int_page_views__numbered", {"raw_code": "where {{ in_scope('person') }}"}),
        ("fct_items", {"depends_on": {"nodes": []}}),
        (
            "int_funnel_attempts__pivoted",
            {"config": {"materialized": "kept", "meta": {"scope": "x"}}},
        ),
        (
            "int_funnel_attempts__pivoted",
            {"config": {"materialized": "kept", "meta": {"scope": "all"}}},
        ),
    ],
)
def test_a_wrong_scope_is_found(
    models: list[Node], name: str, change: dict[str, Any]
) -> None:
    """Each rule by a model that breaks it."""
    planted = [model | change if model["name"] == name else model for model in models]
    assert name in wrong_scopes(planted)


def folders_that_read_back(models: list[Node]) -> set[str]:
    """Those that are made of what is made of them."""
    folders = {
        model["unique_id"]: model["original_file_path"].split("/")[2]
        for model in models
    }
    edges = {
        name: {
            "depends_on": {
                "nodes": {
                    folders[parent]
                    for model in models
                    if folders[model["unique_id"]] == name
                    for parent in model["depends_on"]["nodes"]
                    if folders.get(parent, name) != name
                }
            }
        }
        for name in folders.values()
    }
    return {name for name in edges if name in descendants(name, edges)}


def test_no_folder_of_intermediate_reads_back(models: list[Node]) -> None:
    """So that the folders are steps, and a reader goes through each once."""
    steps = [model for model in models if model["fqn"][1] == "intermediate"]
    assert folders_that_read_back(steps) == set()
    planted = {"nodes": ["model.footfall.int_sessions__described"]}
    steps = [
        model | {"depends_on": planted}
        if model["name"] == "int_events__copied"
        else model
        for model in steps
    ]
    assert {"events", "facts"} <= folders_that_read_back(steps)


def test_what_has_no_model_above_it_waits_for_the_rules(
    demo: Build, models: list[Node]
) -> None:
    """No model is made before the gate has looked at all rules."""
    gate = "model.footfall.int_rules__checked"
    for node in demo.manifest()["nodes"].values():
        if node["resource_type"] == "model" and node["unique_id"] != gate:
            parents = node["depends_on"]["nodes"]
            assert any(name.startswith("model.") for name in parents), node["name"]
    # Those that are off here may be the only ones elsewhere.
    staging = [model for model in models if model["fqn"][1] == "staging"]
    assert len(staging) > 10
    for model in staging:
        hooks = [hook["sql"] for hook in model["config"]["pre-hook"]]
        assert any("wait_for_rules()" in hook for hook in hooks), model["name"]


def test_no_model_configures_itself(models: list[Node]) -> None:
    """Folders hold the configuration."""
    assert [
        model["name"] for model in models if re.search(r"\bconfig\(", model["raw_code"])
    ] == []


def macros_called(model: Node, macros: dict[str, Node]) -> set[str]:
    """The macros that a model calls or that those call, but not what its hooks do."""
    named = model["depends_on"]["macros"]
    open_ = [name for name in named if f"{name.split('.')[-1]}(" in model["raw_code"]]
    seen = set()
    while open_:
        name = open_.pop()
        if name not in seen:
            seen.add(name)
            open_ += macros[name]["depends_on"]["macros"]
    return seen


def vars_read(model: Node, macros: dict[str, Node]) -> set[str]:
    """By a model's own text, and by the macros that it calls or that those call.

    But for those of the increment, which a unit test has no part in: how rows are kept
    says nothing of what they are. Nor is one of sources expected: in a unit test their
    own hosts are left out, and its rows are of sources that no user has. A test of what
    a source says may say it. Names of one's own presets only tell which sources there
    may be.
    """
    called = [
        macros[name]["macro_sql"]
        for name in macros_called(model, macros)
        if not macros[name]["original_file_path"].startswith("macros/incremental/")
    ]
    text = "\n".join([model["raw_code"], *called])
    found = set(re.findall(r"\bvar\(\s*['\"](\w+)", text))
    return found - {"sources", "own_presets"}


def wrong_pins(manifest: Node) -> dict[str, set[str]]:
    """Of each unit test the vars that it should pin, or should not."""
    found: dict[str, set[str]] = {}
    for test in manifest["unit_tests"].values():
        model = manifest["nodes"][f"model.footfall.{test['model']}"]
        pinned = set((test["overrides"] or {}).get("vars", {}))
        wrong = (pinned - {"sources"}) ^ vars_read(model, manifest["macros"])
        found |= {test["name"]: wrong} if wrong else {}
    return found


def test_every_unit_test_pins_the_vars_that_its_model_reads(demo: Build) -> None:
    """Else it tells a user's setting from the default, and calls it a failure."""
    assert wrong_pins(demo.manifest()) == {}


def test_the_name_of_a_unit_test_fits_into_a_name_of_postgres(demo: Build) -> None:
    """It is that of a relation there, of 63 characters at most."""
    names = [test["name"] for test in demo.manifest()["unit_tests"].values()]
    assert [name for name in names if len(name) > 63] == []


def test_a_var_that_is_not_pinned_is_found(demo: Build) -> None:
    """One that the model names, and one that a macro of a macro does."""
    manifest = demo.manifest()
    tests = {test["name"]: test for test in manifest["unit_tests"].values()}
    pins = {
        "direct_never_counts_where_it_is_excluded": "attribution_path",
        "a_gap_of_exactly_the_timeout_does_not_split": "session_timeout_minutes",
    }
    for name, pin in pins.items():
        del tests[name]["overrides"]["vars"][pin]
    tests["the_first_reason_that_applies_is_given"]["overrides"] = None
    tests["one_event_is_not_two_steps"]["overrides"] = {"vars": {"accept_bots": True}}
    assert wrong_pins(manifest) == {name: {pin} for name, pin in pins.items()} | {
        "the_first_reason_that_applies_is_given": {
            "accept_bots",
            "accept_unknown_consent",
        },
        "one_event_is_not_two_steps": {"accept_bots"},
    }


def test_every_source_keeps_the_event_contract(models: list[Node]) -> None:
    """Its columns in its order, since a union matches by position."""
    contract = listed("event_columns", "event_columns")
    staged = [m for m in models if re.fullmatch(r"stg_\w+?__events", m["name"])]
    assert len(staged) >= 2
    for model in staged:
        assert list(model["columns"]) == contract, model["name"]
        assert model["config"]["contract"]["enforced"], model["name"]


def test_lists_in_macros_equal_the_files_they_repeat() -> None:
    """A macro cannot read a folder while dbt parses, nor a file that is edited."""
    seeds = ["conversion_definitions", "reversal_definitions", "funnel_steps"]
    seeds.append("funnel_exclusions")
    names = {
        name
        for seed in [*seeds, "event_rules"]
        for name in seed_column(seed, "event_name")
        if "%" not in name
    }
    assert set(listed("set_names", "shipped_event_names")) == names
    presets = {path.name for path in (ROOT / "models" / "staging").iterdir()}
    presets -= {"files"}
    assert set(listed("sources/sources", "shipped_presets")) == presets


@pytest.fixture(scope="module")
def analyses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """SQL of the worked questions."""
    return compile_analyses(tmp_path_factory.mktemp("analyses"))


class Recorded(dict[str, Any]):
    """What is recorded, to which another model adds while it is gone through."""

    def items(self) -> Any:
        """Every pair, and one more name after the first."""
        for pair in super().items():
            yield pair
            self["another_model"] = {"definition": "made"}


def test_what_models_record_side_by_side_is_gone_through_as_a_copy() -> None:
    """Threads write to it at any time, and Python stops a loop over what grows."""
    recorded = Recorded(
        {
            "source shop": {"definition": "abc"},
            "source gone": {"definition": ""},
            "fct_sessions": {"definition": "def"},
        }
    )
    text = (ROOT / "macros" / "incremental" / "states.sql").read_text()
    macros = jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(text)
    module: Any = macros.make_module(
        {"increment": lambda: SimpleNamespace(states=recorded), "return": lambda it: it}
    )
    assert module.recorded_under("source ").strip() == "{'shop': 'abc'}"


def test_only_two_macros_go_through_what_is_recorded() -> None:
    """The one before any model runs, and the one that copies."""
    loops = {
        path
        for path, text in sql().items()
        if re.search(r"for [^%]*?\bstates(\.copy\(\))?\.(items|values|keys)\(\)", text)
    }
    assert loops == {
        "macros/incremental/increment.sql",
        "macros/incremental/states.sql",
    }


@pytest.mark.parametrize("name", ANALYSES)
def test_every_worked_question_has_an_answer(
    demo: Build, analyses: dict[str, str], name: str
) -> None:
    """It compiles, and the demo holds rows that answer it."""
    answer = demo.rows(analyses[name].strip().rstrip(";"))
    assert (answer != []) == (name not in UNANSWERED)


def test_contributors_read_of_every_file_of_tests() -> None:
    """In the table of what each command runs."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    listed_files = re.findall(r"^\| `(test_\w+\.py)` \|", page, re.MULTILINE)
    there = [path.name for path in (ROOT / "tests" / "python").glob("test_*.py")]
    assert sorted(listed_files) == sorted(there)


def test_pages_name_tests_that_are_there() -> None:
    """By file, or by the beginning that several share."""
    named = {
        (where(path), name)
        for path in files(".md", ".yml")
        for name in re.findall(r"tests/python/[\w*]+\.py", path.read_text())
    }
    assert len(named) > 30
    assert {each for each in named if not list(ROOT.glob(each[1]))} == set()


def test_no_file_is_large() -> None:
    """A clone stays quick, and data stays out."""
    assert [where(p) for p in files() if p.stat().st_size > 3_000_000] == []


def test_no_file_names_a_path_of_one_machine() -> None:
    """What runs here must run anywhere."""
    texts = (".sql", ".py", ".yml", ".md", ".csv", ".toml", ".txt", ".in", ".cfg", "")
    found = {
        where(path): match[0]
        for path in files(*texts)
        if (match := MACHINE_PATH.search(path.read_text(errors="replace")))
    }
    assert found == {}
