"""Fill the generated parts of README.md and of the pages in docs.

They come from a built demo and its manifest; what a preset maps from its YAML; what
vars and rules may be from the descriptions that their checks read; commands, exit codes
and sentences from the files that have them.

`python -m scripts.pages` rewrites what stands between `<!-- generated: NAME -->` and
`<!-- end: NAME -->`; with `--check` it only says whether that would change anything.
"""

import argparse
import ast
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import yaml

from scripts.sentences import PARTS, sentences
from serving.command import STEPS
from serving.semantics import inputs, semantics
from serving.settings import (
    described_rules,
    described_vars,
    rule_may_be,
    shipped_presets,
    var_may_be,
)

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
BUYERS = "which_channels_bring_buyers"
QUESTIONS = [
    BUYERS,
    "which_device_converts_worst",
    "where_does_the_purchase_funnel_leak",
    "what_does_each_attribution_model_say_of_paid_search",
    "what_did_a_purchase_cost_by_channel",
]
# Those that most people open first, in the order in which they would.
FIRST_MARTS = [
    "mart_channel__daily",
    "mart_channel__campaigns_daily",
    "mart_channel__landing_pages",
    "mart_device__daily",
    "mart_funnel__steps_daily",
    "mart_attribution__channels",
    "mart_quality__event_ledger",
    "fct_sessions",
]
LAYERS = ["seeds", "staging", "intermediate", "marts"]
LEDGER = "mart_quality__event_ledger"


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
    """Which folder reads from which others."""
    # The gate is made of all rules, and what waits for it is not made of it.
    nodes = [node for node in demo.nodes("seed", "model") if "gate" not in node["tags"]]
    folders = {node["unique_id"]: folder(node) for node in nodes}
    read: dict[str, set[str]] = {name: set() for name in folders.values()}
    for node in nodes:
        name = folders[node["unique_id"]]
        parents = node["depends_on"].get("nodes", [])
        read[name] |= {folders[parent] for parent in parents if parent in folders}
    rows = [
        (f"`{name}`", quoted(in_layers(read[name] - {name})))
        for name in in_layers(read)
        if read[name]
    ]
    return table(["folder", "reads"], rows)


def quoted(names: Iterable[str]) -> str:
    """Names as Markdown shows them, in a row."""
    return ", ".join(f"`{name}`" for name in names)


def in_layers(names: Iterable[str]) -> list[str]:
    """Folders in the order in which data pass them."""
    return sorted(names, key=lambda name: (LAYERS.index(name.split("/")[0]), name))


def marts(demo: Demo) -> str:
    """Each mart, what a row of it is, and the question that it answers."""
    answered = answers(demo)
    rows = [
        (
            f"[`{node['name']}`](data_dictionary.md#{node['name']})",
            grain(node),
            answered.get(node["name"], ""),
        )
        for node in demo.marts()
    ]
    return table(["table", "one row per", "answers"], rows)


def first_marts(demo: Demo) -> str:
    """The few that most people open first, likewise."""
    nodes, answered = {node["name"]: node for node in demo.marts()}, answers(demo)
    rows = [(f"`{name}`", grain(nodes[name]), answered[name]) for name in FIRST_MARTS]
    return table(["table", "one row per", "answers"], rows)


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
    """Which mart's column is which other's key, by the tests that hold it."""
    names = {node["unique_id"]: node["name"] for node in demo.marts()}
    rows = set()
    for node in demo.nodes("test"):
        asked = node.get("test_metadata") or {}
        if asked.get("name") == "relationships" and node["attached_node"] in names:
            (other,) = re.findall(r"'(\w+)'\)", asked["kwargs"]["to"])
            if other in names.values():
                column = asked["kwargs"]["column_name"]
                cells = (names[node["attached_node"]], column, other)
                rows.add(tuple(f"`{cell}`" for cell in cells))
    return table(["table", "column", "is a key of"], sorted(rows))


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
        lines += [f"Key: {quoted(key)}", ""]
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
            # What is said further up in the file is written out.
            default = re.sub(r"\*\w+", "true", setting[2])
            rows.append((f"`{setting[1]}`", f"`{default}`", right, " ".join(comment)))
            comment = []
    return table(["var", "default", "may be", "meaning"], rows)


def questions(*names: str) -> Callable[[Demo], str]:
    """Each question with the SQL that asks it and the demo's answer."""

    def part(demo: Demo) -> str:
        analyses = {node["name"]: node for node in demo.nodes("analysis")}
        parts = []
        for name in names:
            _, question, sql = analyses[name]["raw_code"].split("\n", 2)
            sql = re.sub(r"\{\{ ref\('footfall', '(\w+)'\) \}\}", r"\1", sql).strip()
            answer = table(*demo.ask(sql))
            title = question.removeprefix("-- ")
            parts.append(f"## {title}\n\n```sql\n{sql}\n```\n\n{answer}")
        return "\n\n".join(parts)

    return part


def accepted_values(demo: Demo, mart: str, column: str) -> list[str]:
    """What a column of a mart may be, by the test that holds it."""
    for node in demo.nodes("test"):
        asked = node.get("test_metadata") or {}
        if (
            asked.get("name") == "accepted_values"
            and node["attached_node"] == f"model.footfall.{mart}"
            and node["column_name"] == column
        ):
            return list(asked["kwargs"]["values"])
    return []


def event_reasons(demo: Demo) -> str:
    """Why events are rejected, and how many of the demo's are."""
    (node,) = [node for node in demo.marts() if node["name"] == LEDGER]
    names = accepted_values(demo, "mart_quality__rejected_events", "rejection_reason")
    names = ["received", "accepted", *names]
    sums = ", ".join(f"sum({name})" for name in names)
    _, (counts,) = demo.ask(f"select {sums} from {LEDGER}")
    rows = [
        (f"`{name}`", one_line(node["columns"][name]["description"]), count)
        for name, count in zip(names, counts, strict=True)
    ]
    return table(["reason", "what it is", "in the demo"], rows)


def other_reasons(demo: Demo) -> str:
    """The marts' other columns that say why, with what they may say."""
    rows = []
    for node in demo.marts():
        for name, column in node["columns"].items():
            is_of_events = node["name"] == "mart_quality__rejected_events"
            if name.endswith("_reason") and not (
                is_of_events and name == "rejection_reason"
            ):
                meaning = one_line(column["description"])
                values = accepted_values(demo, node["name"], name)
                unsaid = [each for each in values if each not in meaning]
                said = f" One of: {', '.join(unsaid)}." if unsaid else ""
                rows.append((f"`{node['name']}`", f"`{name}`", meaning + said))
    return table(["table", "column", "what it says"], rows)


def metrics(_: Demo) -> str:
    """Each metric of the semantic layer, and what it is made of."""
    known = semantics()
    rows = []
    for metric in known.metrics.values():
        params = metric.definition["type_params"]
        names = [each["name"] for each in inputs(params)]
        measures = known.measures_of(metric.name)
        meaning = one_line(metric.description)
        if metric.one_of:
            # How it is null over several values is in the way of what it is.
            made = quoted(sorted({known.owner(each).relation for each in measures}))
            meaning += f" Needs one value each of {quoted(metric.one_of)}."
        elif "expr" in params:
            made = f"`{one_line(params['expr'])}`"
        elif names:
            made = " / ".join(f"`{name}`" for name in names)
        else:
            made = f"`{known.owner(params['measure']).relation}`"
        rows.append((f"`{metric.name}`", metric.label, meaning, made))
    return table(["metric", "label", "what it is", "made of"], rows)


def dimensions(_: Demo) -> str:
    """What the metrics of each semantic model can be grouped by."""
    known = semantics()
    parts = []
    for model in known.models.values():
        of = [name for name in known.metrics if model.name in known.models_of(name)]
        groups = [f"{model.primary}__{name}" for name in model.dimensions]
        groups += [name for name in model.entities if name != model.primary]
        if of:
            parts.append(
                f"## By what {model.name.replace('_', ' ')} can be grouped\n\n"
                f"Table: `{model.relation}`.\n\n"
                f"- Metrics: {quoted(of)}\n"
                f"- Group by: {quoted(['metric_time', *groups])}"
            )
    return "\n\n".join(parts)


def exit_codes(_: Demo) -> str:
    """What each command ends with, by the text that its module begins with."""
    parts = []
    for path in sorted((ROOT / "serving").rglob("*.py")):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        # A code and its meaning, which may go on in lines that are set in further.
        codes = re.findall(r"^  (\d+) +(.+(?:\n {3,}.+)*)", said, re.MULTILINE)
        ends = re.search(r"Ends with [^.]+\.", said)
        if codes:
            rows = [(int(code), one_line(meaning)) for code, meaning in codes]
            told = table(["exit code", "means"], rows)
        elif ends:
            told = one_line(ends[0])
        else:
            continue
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        name = f"python -m {module.removesuffix('.__main__')}"
        # What only a wheel calls is called by its own name.
        name = "footfall" if path.stem == "command" else name
        parts.append(f"## {name}\n\n{told}")
    return "\n\n".join(parts)


def dashboard() -> dict[str, Any]:
    """The dashboard as its file has it."""
    path = ROOT / "serving" / "superset" / "dashboard.yml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def tabs(_: Demo) -> str:
    """Each tab of the dashboard, and what its charts ask or count."""
    rows = []
    for tab in dashboard()["tabs"]:
        titles = [chart["title"] for row in tab["rows"] for chart in row["charts"]]
        # The currency is that of the marts that are shown.
        said = [title.replace(", in {currency}", "") for title in titles]
        rows.append((tab["title"], " · ".join(said)))
    return table(["tab", "charts"], rows)


def left_out(_: Demo) -> str:
    """The marts that no chart shows, and why not."""
    rows = [(f"`{name}`", why) for name, why in dashboard()["left_out"].items()]
    return table(["table", "why not"], rows)


def commands(_: Demo) -> str:
    """Each target of the Makefile with its line of help."""
    text = (ROOT / "Makefile").read_text()
    told = re.findall(r"^([a-z-]+):.*## (.+)$", text, re.MULTILINE)
    rows = [(f"`make {name}`", one_line(meaning)) for name, meaning in told]
    return table(["command", "what it does"], rows)


def steps(_: Demo) -> str:
    """Each step of the wheel's command with its line of help."""
    rows = [(f"`footfall {name}`", step.says) for name, step in STEPS.items()]
    return table(["step", "what it does"], rows)


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
        unique = "; ".join(quoted(names) for names in rule["keys"])
        said = [f"No two rows share: {unique}.", *rule.get("wholes", {}).values()]
        if not rule.get("may_be_empty"):
            said.append("There is a row at least.")
        said += [
            f"`{name}` {word} where `{other}` is {' or '.join(values)}."
            for by, word in {"only": "is empty but", "needed": "is filled"}.items()
            for name, column in rule["columns"].items()
            for other, values in column.get(by, {}).items()
        ]
        spared = [
            name for name, each in rule["columns"].items() if "may_be_missing" in each
        ]
        if spared:
            said.append(f"A file may lack {quoted(spared)}: as if empty in each row.")
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
    README: {"first marts": first_marts, "question": questions(BUYERS)},
    DOCS / "questions.md": {"questions": questions(*QUESTIONS)},
    DOCS / "marts.md": {"marts": marts},
    DOCS / "data_dictionary.md": {"entities": entities, "dictionary": dictionary},
    DOCS / "layers.md": {"lineage": lineage},
    DOCS / "vars.md": {"vars": settings},
    DOCS / "rules.md": {"rules": rules},
    DOCS / "reasons.md": {
        "event reasons": event_reasons,
        "other reasons": other_reasons,
    },
    DOCS / "exit_codes.md": {"exit codes": exit_codes},
    DOCS / "metrics.md": {"metrics": metrics, "dimensions": dimensions},
    DOCS / "commands.md": {"commands": commands},
    DOCS / "command.md": {"steps": steps},
    DOCS / "dashboard.md": {"tabs": tabs, "left out": left_out},
    DOCS / "errors.md": {f"stops {part}": stops(part) for part in PARTS},
    **{
        DOCS / "sources" / f"{preset}.md": {f"map {preset}": mapped(preset)}
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
