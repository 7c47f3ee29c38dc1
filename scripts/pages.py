"""Fill the generated parts of README.md, the data dictionary and the pages of presets.

They come from a built demo, what a preset maps from its YAML, and what rules may be
from the description that their checks read.

`python -m scripts.pages` rewrites what stands between `<!-- generated: NAME -->` and
`<!-- end: NAME -->`; with `--check` it only says whether that would change anything.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import yaml

from scripts.sentences import PARTS, sentences
from serving.settings import (
    described_rules,
    described_vars,
    rule_may_be,
    shipped_presets,
    var_may_be,
)

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
DICTIONARY = ROOT / "docs" / "data_dictionary.md"
RULES = ROOT / "docs" / "rules.md"
ERRORS = ROOT / "docs" / "errors.md"
QUESTIONS = [
    "which_channels_bring_buyers",
    "which_device_converts_worst",
    "where_does_the_purchase_funnel_leak",
    "what_does_each_attribution_model_say_of_paid_search",
    "what_did_a_purchase_cost_by_channel",
]
CATALOG_SCHEMA = "https://schemas.getdbt.com/dbt/catalog/v1.json"
LAYERS = ["seeds", "staging", "intermediate", "marts"]


@dataclass(frozen=True)
class Demo:
    """What one build of the demo left behind."""

    database: Path
    manifest: dict[str, Any]

    def ask(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of a query's answer."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            answer = connection.execute(sql)
            return [column[0] for column in answer.description], answer.fetchall()

    def marts(self) -> list[dict[str, Any]]:
        """The models that others may read, in order of their files."""
        return [node for node in self.nodes("model") if node["fqn"][1] == "marts"]

    def nodes(self, *kinds: str) -> list[dict[str, Any]]:
        """The manifest's nodes of some resource types, in order of their files."""
        nodes = self.manifest["nodes"].values()
        return sorted(
            (node for node in nodes if node["resource_type"] in kinds),
            key=lambda node: str(node["original_file_path"]),
        )


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table, its numbers to the right."""
    columns = [shown(column) for column in zip(*rows, strict=True)]
    rulers = ["--:" if is_numeric else "---" for is_numeric, _ in columns]
    cells = zip(*(texts for _, texts in columns), strict=True)
    lines = [header, rulers, *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def shown(column: Sequence[Any]) -> tuple[bool, list[str]]:
    """Whether a column holds numbers, and its cells: floats with equal decimals."""
    floats = [value for value in column if isinstance(value, float)]
    decimals = max((len(repr(value).split(".")[1]) for value in floats), default=0)
    texts = [
        ""
        if value is None
        else f"{value:.{decimals}f}"
        if isinstance(value, float)
        else str(value)
        for value in column
    ]
    kinds = (int, float, Decimal, type(None))
    return all(isinstance(value, kinds) for value in column), texts


def folder(node: dict[str, Any]) -> str:
    """The folder of a model or seed, layer first, whatever folders are below it."""
    parts = Path(node["original_file_path"]).parts
    return "/".join(parts[:-1] if parts[0] == "seeds" else parts[1:-1][:2])


def lineage(demo: Demo) -> str:
    """Which folder reads from which, as a Mermaid diagram."""
    # The gate is made of all rules, and what waits for it is not made of it.
    nodes = [node for node in demo.nodes("seed", "model") if "gate" not in node["tags"]]
    folders = {node["unique_id"]: folder(node) for node in nodes}
    edges = {
        (folders[parent], folders[node["unique_id"]])
        for node in nodes
        for parent in node["depends_on"].get("nodes", [])
        if parent in folders and folders[parent] != folders[node["unique_id"]]
    }
    lines = ["```mermaid", "flowchart LR"]
    for layer in LAYERS:
        lines.append(f"    subgraph {layer}")
        lines += [
            f"        {name.replace('/', '_')}[{name.split('/')[1]}]"
            for name in sorted(set(folders.values()))
            if name.startswith(f"{layer}/")
        ]
        lines.append("    end")
    for parent, child in sorted(edges):
        # Rules are read from everywhere: they stay in the background.
        arrow = "-.->" if parent == "seeds/rules" else "-->"
        ends = [name.replace("/", "_") for name in (parent, child)]
        lines.append(f"    {ends[0]} {arrow} {ends[1]}")
    return "\n".join([*lines, "```"])


def marts(demo: Demo) -> str:
    """Each mart, what a row of it is, and the question that it answers."""
    answered = answers(demo)
    rows = []
    for node in demo.marts():
        rows.append((f"`{node['name']}`", grain(node), answered.get(node["name"], "")))
    return table(["relation", "one row per", "answers"], rows)


def grain(node: dict[str, Any]) -> str:
    """What one row of a relation is, by the first sentence of its description."""
    start: str = re.split(r"[.:;]\s|\.$", node["description"])[0]
    return start.removeprefix("One row per ")


def keys(nodes: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """Unique id of a model or seed -> the columns of its primary key."""
    return {
        node["attached_node"]: node["test_metadata"]["kwargs"]["column_names"]
        for node in nodes
        if (node.get("test_metadata") or {}).get("name") == "is_primary_key"
    }


def answers(demo: Demo) -> dict[str, str]:
    """Mart -> the question that the overview sends to it."""
    overview = demo.manifest["docs"]["doc.footfall.__overview__"]["block_contents"]
    return {
        mart: question.strip()
        for question, relations in re.findall(r"^\|(.+)\|(.+)\|$", overview, re.M)
        for mart in re.findall(r"`(\w+)`", relations)
    }


def entities(demo: Demo) -> str:
    """Which mart's column is which other's key, as dbterd draws it."""
    # What dbterd asks of a catalog, but draws only with columns.
    catalog = {
        "metadata": {"dbt_schema_version": CATALOG_SCHEMA},
        "nodes": {},
        "sources": {},
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "manifest.json").write_text(json.dumps(demo.manifest))
        (folder / "catalog.json").write_text(json.dumps(catalog))
        command = [str(Path(sys.executable).parent / "dbterd"), "run"]
        command += ["--target", "mermaid", "--entity-name-format", "table"]
        command += ["--omit-columns", "--artifacts-dir", name, "--output", name]
        command += ["--output-file-name", "entities.mmd"]
        for mart in demo.marts():
            command += ["--select", f"exact:{mart['unique_id']}"]
        subprocess.run(command, check=True, capture_output=True, cwd=name)
        drawn = (folder / "entities.mmd").read_text().lower()
    # Of "the key--the column that holds it" the latter is enough, in quotes.
    edges = [
        re.sub(r": (?:\w+--)?(\w+)$", r': "\1"', line)
        for line in drawn.splitlines()
        if "--" in line
    ]
    return "\n".join(["```mermaid", "erDiagram", *sorted(edges), "```"])


def dictionary(demo: Demo) -> str:
    """Each mart: what a row is, what it answers, its columns, and one row of it."""
    keyed, answered = keys(demo.nodes("test")), answers(demo)
    parts = []
    for node in demo.marts():
        name, key = node["name"], keyed[node["unique_id"]]
        names = list(node["columns"])
        # The row that shows most, the first of several.
        empty = " + ".join(f"({column} is null)::int" for column in names)
        _, found = demo.ask(
            f"select {', '.join(names)} from {name}"
            f" order by {empty}, {', '.join(key)} limit 1"
        )
        example = found[0] if found else [None] * len(names)
        rows = [
            (
                f"`{column['name']}`",
                column["data_type"],
                one_line(column["description"]),
                value,
            )
            for column, value in zip(
                node["columns"].values(), map(example_text, names, example), strict=True
            )
        ]
        lines = [f"## {name}", "", one_line(node["description"]), ""]
        if name in answered:
            lines += [f"Answers: *{answered[name]}*", ""]
        lines += [f"Key: {', '.join(f'`{column}`' for column in key)}", ""]
        lines.append(table(["column", "type", "meaning", "example"], rows))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def example_text(column: str, value: Any) -> str:
    """One cell of an example row; what tells runs and edits apart is none."""
    if value is None or column in ("batch_number", "definition_hash"):
        return ""
    return f"`{value}`".replace("|", "\\|")


def one_line(description: str) -> str:
    """A description as a table's cell holds it."""
    return " ".join(description.split()).replace("|", "\\|")


def settings(_: Demo) -> str:
    """Each var of dbt_project.yml: default, what it may be, the comment above it."""
    described = described_vars()
    rows: list[tuple[str, str, str, str]] = []
    comment: list[str] = []
    text = (ROOT / "dbt_project.yml").read_text().split("\nvars: &vars\n")[1]
    for line in text.split("\n\nseeds:")[0].splitlines():
        if ruler := re.fullmatch(r"  # -- (.+?) -+", line):
            rows.append((f"**{ruler[1]}**", "", "", ""))
        elif line.startswith("  # "):
            comment.append(line.removeprefix("  # "))
        elif setting := re.fullmatch(r"  (\w+): (.+)", line):
            right = var_may_be(described[setting[1]])
            rows.append(
                (f"`{setting[1]}`", f"`{setting[2]}`", right, " ".join(comment))
            )
            comment = []
    return table(["var", "default", "may be", "meaning"], rows)


def questions(demo: Demo) -> str:
    """Each question with the SQL that asks it and the demo's answer."""
    analyses = {node["name"]: node for node in demo.nodes("analysis")}
    parts = []
    for name in QUESTIONS:
        _, question, sql = analyses[name]["raw_code"].split("\n", 2)
        sql = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", sql).strip()
        answer = table(*demo.ask(sql))
        title = question.removeprefix("-- ")
        parts.append(f"### {title}\n\n```sql\n{sql}\n```\n\n{answer}")
    return "\n\n".join(parts)


def ledger(demo: Demo) -> str:
    """What became of the demo's events; its columns of money count no event."""
    (names, (counts,)) = demo.ask(
        "select sum(columns(* exclude (source_name, received_date, unread_amounts,"
        " amounts_without_currency, revenue_without_currency)))"
        " from mart_quality__event_ledger"
    )
    return table(
        ["events", "count"],
        [(f"`{name}`", count) for name, count in zip(names, counts, strict=True)],
    )


def mapped(preset: str) -> Callable[[Demo], str]:
    """Each column of the contract that a preset fills, and where it comes from."""

    def part(_: Demo) -> str:
        (path,) = (ROOT / "models" / "staging" / preset).glob("_*__models.yml")
        models = {
            each["name"]: each for each in yaml.safe_load(path.read_text())["models"]
        }
        rows = []
        for column in models[f"stg_{preset}__events"]["columns"]:
            origin = column.get("config", {}).get("meta", {}).get("origin")
            if origin:
                rows.append((f"`{column['name']}`", f"`{one_line(str(origin))}`"))
        return table(["column", "comes from"], rows)

    return part


def rules(_: Demo) -> str:
    """Each rule seed: its columns, what they may be, and what rows are together."""
    parts = []
    for seed, rule in described_rules().items():
        rows = []
        for name, column in rule["columns"].items():
            may_be = rule_may_be(column)
            empty = column.get("empty")
            rows.append(
                (
                    f"`{name}`",
                    may_be + (f" ({empty})" if empty not in (None, "none") else ""),
                )
            )
        unique = "; ".join(
            ", ".join(f"`{name}`" for name in names) for names in rule["keys"]
        )
        said = [f"No two rows share: {unique}.", *rule.get("wholes", {}).values()]
        if not rule.get("may_be_empty"):
            said.append("There is a row at least.")
        said += [
            f"`{name}` {word} where `{other}` is {' or '.join(values)}."
            for by, word in {"only": "is empty but", "needed": "is filled"}.items()
            for name, column in rule["columns"].items()
            for other, values in column.get(by, {}).items()
        ]
        lines = [
            f"## {seed}",
            "",
            table(["column", "may be"], rows),
            "",
            " ".join(said),
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def stops(part: str) -> Callable[[Demo], str]:
    """The sentences that one kind of mistake ends with."""
    return lambda _: "\n".join(f"- {said}" for said in escaped(sentences(part)))


def escaped(texts: Iterable[str]) -> list[str]:
    """Sentences whose stars and brackets Markdown leaves alone."""
    return [re.sub(r"([*<>])", r"\\\1", text) for text in texts]


PAGES: dict[Path, dict[str, Callable[[Demo], str]]] = {
    README: {
        "lineage": lineage,
        "marts": marts,
        "questions": questions,
        "ledger": ledger,
        "vars": settings,
    },
    DICTIONARY: {"entities": entities, "dictionary": dictionary},
    RULES: {"rules": rules},
    ERRORS: {f"stops {part}": stops(part) for part in PARTS},
    **{
        ROOT / "docs" / "sources" / f"{preset}.md": {f"map {preset}": mapped(preset)}
        for preset in shipped_presets()
        if preset not in ("columns", "demo")
    },
}


def render(text: str, page: Path, demo: Demo) -> str:
    """A page with its generated parts as the demo has them."""
    for name, part in PAGES[page].items():
        text = fill(text, name, part(demo))
    return text


def fill(text: str, name: str, content: str) -> str:
    """A page with one generated part anew."""
    start, end = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
    if text.count(start) != 1 or text.count(end) != 1:
        sys.exit(f"The page lacks the markers of the generated part {name}.")
    before, _, rest = text.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}\n{content}\n{end}{after}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the pages anew, or check that they need not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument(
        "--database",
        type=Path,
        default=os.environ.get(
            "FOOTFALL_DUCKDB_PATH", ROOT / "warehouse" / "footfall.duckdb"
        ),
        help="the DuckDB file of a demo build",
    )
    parser.add_argument(
        "--target-path",
        type=Path,
        default=ROOT / "target",
        help="the folder of that build's manifest.json",
    )
    chosen = parser.parse_args(arguments)
    manifest = chosen.target_path / "manifest.json"
    for needed in (chosen.database, manifest):
        if not needed.exists():
            sys.exit(f"There is no {needed}: run `make build` first.")
    demo = Demo(chosen.database, json.loads(manifest.read_text()))
    for page in PAGES:
        old = page.read_text()
        new = render(old, page, demo)
        if not chosen.check:
            page.write_text(new)
        elif new != old:
            sys.exit(
                f"{page.relative_to(ROOT)} is not what the demo says: run `make build`"
                " and `.venv/bin/python -m scripts.pages`."
            )


if __name__ == "__main__":
    main()
