"""What others rely on changes only by addition, or with a line in the changelog."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness import ROOT, parse

from parity.parsing import parsed_sources
from scripts import contract

Contract = dict[str, Any]

OLD: Contract = {
    "version": "1.0.0",
    "relations": {
        "fct_orders": {
            "grain": "order",
            "key": "order_id, source_name",
            "columns": {"order_id": "text", "source_name": "text", "amount": "bigint"},
        },
        "dim_days": {"grain": "day", "key": "day", "columns": {"day": "date"}},
    },
    "staging": {"stg_columns__events": {"columns": {"event_id": "text"}}},
    "seeds": {"rules": {"key": "", "columns": {"rule_id": "text"}}},
    "vars": {"timeout": 30, "is_strict": True},
    "metrics": {"rate": {"type": "ratio", "numerator": "a", "denominator": "b"}},
    "semantic_models": {"orders": {"dimensions": {"order__country": "categorical"}}},
}


def columns(new: Contract) -> Any:
    """The columns of fct_orders."""
    return new["relations"]["fct_orders"]["columns"]


def reorder(new: Contract) -> None:
    """The same columns, backwards."""
    orders = new["relations"]["fct_orders"]
    orders["columns"] = dict(reversed(orders["columns"].items()))


ADDITIVE: dict[str, Callable[[Contract], object]] = {
    "relation dim_new is new": lambda new: new["relations"].update(dim_new={}),
    "fct_orders has a new column, tax (bigint)": (
        lambda new: columns(new).update(tax="bigint")
    ),
    "fct_orders has its columns in another order": reorder,
    "dim_days says its grain in other words: one row per day of any order": (
        lambda new: new["relations"]["dim_days"].update(grain="day of any order")
    ),
    "seed more_rules is new": lambda new: new["seeds"].update(more_rules={}),
    "var is_new is new": lambda new: new["vars"].update(is_new=False),
    "metric revenue is new": lambda new: new["metrics"].update(revenue={}),
    "orders has a new dimension, order__city (categorical)": (
        lambda new: new["semantic_models"]["orders"]["dimensions"].update(
            order__city="categorical"
        )
    ),
}
# What is said -> the names that the changelog has to give, and the change.
BREAKING: dict[str, tuple[str, Callable[[Contract], object]]] = {
    "relation dim_days is gone": (
        "dim_days",
        lambda new: new["relations"].pop("dim_days"),
    ),
    "fct_orders lost the column amount": (
        "fct_orders amount",
        lambda new: columns(new).pop("amount"),
    ),
    "fct_orders.amount is text, was bigint": (
        "fct_orders amount",
        lambda new: columns(new).update(amount="text"),
    ),
    "fct_orders has another key, order_id, was order_id, source_name": (
        "fct_orders source_name",
        lambda new: new["relations"]["fct_orders"].update(key="order_id"),
    ),
    "stg_columns__events has a new column, city (text), to be filled": (
        "stg_columns__events city",
        lambda new: new["staging"]["stg_columns__events"]["columns"].update(
            city="text"
        ),
    ),
    "rules has a new column, priority (bigint), to be filled": (
        "rules priority",
        lambda new: new["seeds"]["rules"]["columns"].update(priority="bigint"),
    ),
    "rules has another key, rule_id, was none": (
        "rules rule_id",
        lambda new: new["seeds"]["rules"].update(key="rule_id"),
    ),
    "var timeout is gone": ("timeout", lambda new: new["vars"].pop("timeout")),
    "var timeout is 60, was 30": (
        "timeout",
        lambda new: new["vars"].update(timeout=60),
    ),
    "var is_strict is 1, was true": (
        "is_strict",
        lambda new: new["vars"].update(is_strict=1),
    ),
    "metric rate is gone": ("rate", lambda new: new["metrics"].pop("rate")),
    'metric rate is {"type": "simple"}, was '
    '{"type": "ratio", "numerator": "a", "denominator": "b"}': (
        "rate",
        lambda new: new["metrics"].update(rate={"type": "simple"}),
    ),
    "orders lost the dimension order__country": (
        "orders order__country",
        lambda new: new["semantic_models"]["orders"]["dimensions"].clear(),
    ),
}


def changes(change: Callable[[Contract], object]) -> list[contract.Change]:
    """What is said of a contract that was changed."""
    new = copy.deepcopy(OLD)
    change(new)
    return list(contract.compare(OLD, new))


def changelog(*lines: str) -> str:
    """A changelog with these lines under Unreleased."""
    head = ["# Changelog", "", "## [Unreleased]", ""]
    return "\n".join([*head, *lines, "", "## [1.0.0]", "", "- `fct_orders`: `amount`"])


def test_nothing_is_said_of_a_contract_that_stayed() -> None:
    """No noise."""
    assert changes(lambda new: None) == []


@pytest.mark.parametrize("text", ADDITIVE)
def test_an_addition_is_said_and_needs_no_line(text: str) -> None:
    """Whoever names what they read is not disturbed."""
    said = changes(ADDITIVE[text])
    assert [each.text for each in said] == [text]
    assert contract.unaccounted(said, changelog()) == []


@pytest.mark.parametrize("text", BREAKING)
def test_a_break_needs_a_line_with_its_names(text: str) -> None:
    """A line that lacks one of them is about something else."""
    names, change = BREAKING[text]
    said = changes(change)
    assert [each.text for each in said] == [text]
    assert contract.unaccounted(said, changelog()) == said
    quoted = [f"`{name}`" for name in names.split()]
    line = "- Of " + ", of ".join(quoted) + "."
    assert contract.unaccounted(said, changelog("### Changed", line)) == []
    short = "- Of " + ", of ".join(["nothing", *quoted[1:]]) + "."
    assert contract.unaccounted(said, changelog("### Changed", short)) == said


def test_a_renamed_column_is_one_that_went_and_one_that_came() -> None:
    """The old name breaks, the new one is free."""

    def rename(new: Contract) -> None:
        columns(new)["total"] = columns(new).pop("amount")

    assert [(each.text, bool(each.names)) for each in changes(rename)] == [
        ("fct_orders lost the column amount", True),
        ("fct_orders has a new column, total (bigint)", False),
    ]


@pytest.mark.parametrize(
    ("lines", "is_told"),
    [
        (["- `fct_orders`: `amount` is gone."], True),
        (["### Removed", "", "- `fct_orders.amount`."], True),
        (["### Fixed", "", "- `amount`, of `fct_orders`, is none."], True),
        (["### Added", "", "- `fct_orders` with `amount`."], False),
        (["- fct_orders: amount is gone."], False),
        (["- `fct_orders`.", "- `amount`."], False),
        (["- `fct_orders`: `amounts`."], False),
    ],
)
def test_what_counts_as_a_line(lines: list[str], is_told: bool) -> None:
    """One line, names in backticks, of this release, and not as something new."""
    said = changes(lambda new: columns(new).pop("amount"))
    assert (contract.unaccounted(said, changelog(*lines)) == []) is is_told


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """The project as it stands."""
    parsed = parse(ROOT, parsed_sources({}))
    assert parsed
    return contract.as_dict(parsed)


def test_what_may_break_since_the_release_is_in_the_changelog(
    manifest: dict[str, Any],
) -> None:
    """The contract of before stays in the repository until the next release."""
    released = yaml.safe_load(contract.SNAPSHOT.read_text())
    said = contract.compare(released, contract.contract_of(manifest))
    missing = contract.unaccounted(said, contract.CHANGELOG.read_text())
    texts = "; ".join(each.text for each in missing)
    assert not missing, f"make contract says what to write for these: {texts}"


def test_every_part_of_the_project_counts(manifest: dict[str, Any]) -> None:
    """What dbt knows is changed, one thing of each kind, and each is said."""
    new = copy.deepcopy(manifest)
    nodes, metrics = new["nodes"], new["metrics"]
    columns = nodes["model.footfall.fct_events"]["columns"]
    columns["event_rank"] = columns.pop("event_number")
    columns["event_name"]["data_type"] = "integer"
    keys = [
        node["test_metadata"]["kwargs"]
        for node in nodes.values()
        if node.get("attached_node") == "model.footfall.dim_pages"
        and node["test_metadata"]["name"] == "is_primary_key"
    ]
    keys[0]["column_names"] = ["page_path"]
    nodes["model.footfall.dim_persons"]["config"]["access"] = "protected"
    # What is not public may change.
    nodes["model.footfall.int_events__flagged"]["columns"] = {}
    nodes["seed.footfall.raw_events"]["config"]["column_types"] = {}
    (events,) = new["disabled"]["model.footfall.stg_columns__events"]
    del events["columns"]["currency"]
    nodes["seed.footfall.funnels"]["config"]["column_types"]["entity"] = "integer"
    ratio = metrics["metric.footfall.cost_per_acquisition"]
    ratio["type_params"]["denominator"]["filter"] = None
    revenue = metrics["metric.footfall.revenue"]["type_params"]["measure"]
    revenue["filter"] = {"where_filters": [{"where_sql_template": "true"}]}
    sessions = new["semantic_models"]["semantic_model.footfall.sessions"]
    (bounces,) = (each for each in sessions["measures"] if each["name"] == "bounces")
    bounces["agg"] = "max"
    sessions["entities"][0]["name"] = "visit"
    said = [
        each.text.split(" was ")[0].split(" {")[0]
        for each in contract.compare(
            contract.contract_of(manifest), contract.contract_of(new)
        )
        if "session__" not in each.text and "visit__" not in each.text
    ]
    assert said == [
        "dim_pages has another key, page_path,",
        "relation dim_persons is gone",
        "fct_events lost the column event_number",
        "fct_events.event_name is integer,",
        "fct_events has a new column, event_rank (bigint)",
        "stg_columns__events lost the column currency",
        "funnels.entity is integer,",
        "metric bounces is",
        "metric cost_per_acquisition is",
        "metric revenue is",
        "sessions lost the dimension session",
        "sessions has a new dimension, visit (primary entity)",
    ]


def test_main_says_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A break without its line ends with 1, and is not written as released."""
    new = copy.deepcopy(OLD)
    columns(new).update(tax="bigint", amount="text")
    new["version"] = "2.0.0"
    snapshot, log = tmp_path / "contract.yml", tmp_path / "CHANGELOG.md"
    snapshot.write_text(contract.text_of(OLD))
    log.write_text(changelog())
    monkeypatch.setattr(contract, "SNAPSHOT", snapshot)
    monkeypatch.setattr(contract, "CHANGELOG", log)
    monkeypatch.setattr(contract, "read_manifest", dict)
    monkeypatch.setattr(contract, "contract_of", lambda _: new)
    for arguments in ([], ["--release"]):
        with pytest.raises(SystemExit, match=r"^Each ! needs a line"):
            contract.main(arguments)
        assert capsys.readouterr().out == (
            "! fct_orders.amount is text, was bigint: `amount`, `fct_orders`\n"
            "+ fct_orders has a new column, tax (bigint)\n"
            "Beside the contract of 1.0.0: 1 additive, 1 that may break,"
            " 1 of these without a line in the changelog.\n"
        )
        assert snapshot.read_text() == contract.text_of(OLD)
    log.write_text(changelog("### Changed", "", "- `fct_orders`: `amount` is text."))
    contract.main([])
    assert capsys.readouterr().out.startswith("~ fct_orders.amount is text")
    assert snapshot.read_text() == contract.text_of(OLD)
    contract.main(["--release"])
    assert yaml.safe_load(snapshot.read_text()) == new
