"""Channels under five presets, against cases that were written from published rules.

The fixture channel_cases.csv has what a visit brought along, the query of the address
and the referrer, and the channel that each tool's own rules give it, with why.
"""

import csv
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from engines import needs_postgres
from harness import (
    ROOT,
    Build,
    Builder,
    copy_project,
    one_source,
    run_dbt,
    write_parquet,
)

from parity.engines import ALL, postgres_cursor, postgres_started

PRESETS = ["footfall", "ga4_2026", "ga4_2025", "plausible", "posthog"]
CASES = ROOT / "tests" / "fixtures" / "channel_cases.csv"
COLUMNS = [
    *("event_id", "visitor_id", "occurred_at", "event_name", "page_url"),
    "referrer_url",
]
MATCHED = """
    select arrivals.visitor_id, matched.channel, matched.channel_rule_id
    from int_traffic_sources__channelled as matched
    inner join int_session_sources__ordered as arrivals using (traffic_source_id)
    where matched.preset = '{}' and arrivals.session_source_number = 1
"""
Case = dict[str, str]


def cases() -> list[Case]:
    """All cases, as the file has them."""
    with CASES.open(newline="") as file:
        return list(csv.DictReader(file))


def rules(preset: str) -> list[Case]:
    """A preset's rules in the order in which they are tried."""
    with (ROOT / "seeds" / "rules" / "channel_rules.csv").open(newline="") as file:
        found = [row for row in csv.DictReader(file) if row["preset"] == preset]
    return sorted(found, key=lambda row: int(row["priority"]))


def visit(number: str, query: str, referrer: str, minute: int = 0) -> Case:
    """A page view, as a tracker sends it."""
    return {
        "event_id": f"{number}-{minute}",
        "visitor_id": number,
        "occurred_at": f"2026-06-01 12:{minute:02}:00",
        "event_name": "page_view",
        "page_url": f"https://www.shop.example/p{minute}?{query}",
        "referrer_url": referrer,
    }


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One visit per case, in one file."""
    rows = [
        visit(case["case_number"], case["query"], case["referrer"]) for case in cases()
    ]
    return write_parquet(tmp_path_factory.mktemp("cases") / "events.parquet", rows)


@pytest.fixture(scope="module")
def golden(build: Builder, delivered: Path) -> Build:
    """The cases under the default preset."""
    made = build(one_source(delivered, COLUMNS), select="+fct_sessions +dim_channels")
    assert made.is_green, made.said
    return made


def test_the_cases_are_many_and_each_says_why() -> None:
    """As many as promised, none twice."""
    found = cases()
    assert len(found) >= 250
    assert len({(case["query"], case["referrer"]) for case in found}) == len(found)
    assert all(case["why"] for case in found)


@pytest.mark.parametrize("preset", PRESETS)
def test_each_case_gets_the_published_channel(golden: Build, preset: str) -> None:
    """Of the tool that the preset is named after, its quirks included."""
    given = {
        visitor: channel for visitor, channel, _ in golden.rows(MATCHED.format(preset))
    }
    assert {
        (case["query"], case["referrer"]): (given[case["case_number"]], case[preset])
        for case in cases()
        if given[case["case_number"]] != case[preset]
    } == {}


@pytest.mark.parametrize("preset", PRESETS)
def test_every_rule_gives_some_case_its_channel(golden: Build, preset: str) -> None:
    """A rule that no case reaches may be shadowed by one before it."""
    reached = {rule_id for _, _, rule_id in golden.rows(MATCHED.format(preset))}
    assert [
        row["rule_id"] for row in rules(preset) if row["rule_id"] not in reached
    ] == []


def test_sessions_have_the_channel_of_the_preset_in_force(
    golden: Build, build: Builder, delivered: Path
) -> None:
    """The default's, and another one's where the var says so."""
    other = build(
        one_source(delivered, COLUMNS) | {"channel_preset": "ga4_2025"},
        select="+fct_sessions",
    )
    assert other.is_green, other.said
    for made, preset in ((golden, "footfall"), (other, "ga4_2025")):
        assert dict(made.rows("select visitor_id, channel from fct_sessions")) == {
            case["case_number"]: case[preset] for case in cases()
        }


def test_a_reason_names_what_was_seen_and_no_more(golden: Build) -> None:
    """No name in braces is left, in any preset."""
    assert (
        golden.rows(
            "select channel_reason from int_traffic_sources__channelled"
            " where coalesce(channel_reason, '') = '' or channel_reason like '%{%'"
        )
        == []
    )


def test_all_channels_of_a_preset_and_their_rules_are_listed(golden: Build) -> None:
    """In dim_channels, with the rules in words; other presets' names stay out."""
    listed: dict[str, str] = dict(
        golden.rows("select channel, rule_text from dim_channels")
    )
    assert set(listed) == {row["channel"] for row in rules("footfall")}
    assert listed["Unassigned"] == f"{len(rules('footfall'))}. nothing else matches"
    assert listed["Audio"].endswith(". medium matches ^audio$")


@pytest.fixture(scope="module")
def compared(golden: Build) -> dict[tuple[str, str], bool]:
    """Every pattern with every text that it may meet, and what DuckDB says."""
    found: dict[tuple[str, str], bool] = {}
    patterns = defaultdict(set)
    for preset in PRESETS:
        for rule in rules(preset):
            for column, pattern in rule.items():
                if column.endswith("_pattern") and pattern:
                    patterns[column.removesuffix("_pattern")].add(pattern)
    for field, each in patterns.items():
        for pattern in each:
            for text, is_found in golden.rows(
                f"select distinct coalesce({field}, '(none)') as fact,"
                f" regexp_matches(fact, '{pattern}') from int_traffic_sources__named"
            ):
                found[text, pattern] = is_found
    return found


@needs_postgres
def test_patterns_mean_the_same_to_postgres(
    compared: dict[tuple[str, str], bool], tmp_path: Path
) -> None:
    """Its expressions are not RE2's."""
    with (
        postgres_started(tmp_path) as environment,
        postgres_cursor(environment) as cursor,
    ):
        cursor.execute(
            "select pair ->> 0, pair ->> 1, (pair ->> 0) ~ (pair ->> 1)"
            " from json_array_elements(%s) as pair",
            [json.dumps(list(compared))],
        )
        said = {(text, pattern): found for text, pattern, found in cursor}
    assert said == compared


RLIKE = """
import json, sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
pairs = json.load(open(sys.argv[1]))
rows = spark.getOrCreate().createDataFrame(pairs, "fact string, pattern string")
found = rows.selectExpr("fact", "pattern", "fact rlike pattern").collect()
json.dump([list(row) for row in found], open(sys.argv[2], "w"))
"""


@pytest.mark.long  # Java's expressions are asked by `make test-all` alone.
def test_patterns_mean_the_same_to_spark(
    compared: dict[tuple[str, str], bool], tmp_path: Path
) -> None:
    """Java's expressions are neither RE2's nor Postgres'."""
    if reason := ALL["spark"].missing():
        pytest.skip(reason)
    asked, said = tmp_path / "asked.json", tmp_path / "said.json"
    asked.write_text(json.dumps(list(compared)))
    # A process of its own, since Spark leaves its server in this one.
    command = [sys.executable, "-c", RLIKE, str(asked), str(said)]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    assert {
        (text, pattern): found for text, pattern, found in json.loads(said.read_text())
    } == compared


CUSTOM = "channel_rules_custom"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy whose rules the tests change."""
    folder = tmp_path_factory.mktemp("project") / "project"
    folder.mkdir()
    return copy_project(folder)


def header(seed: str) -> list[str]:
    """The columns of a rule seed."""
    with (ROOT / "seeds" / "rules" / f"{seed}.csv").open(newline="") as file:
        return next(csv.reader(file))


def own(project: Path, rows: list[Case]) -> None:
    """Write one's own rules, on top of the untouched presets."""
    folder = project / "seeds" / "rules"
    for seed in ("channel_rules", CUSTOM):
        (folder / f"{seed}.csv").write_text(
            (ROOT / "seeds" / "rules" / f"{seed}.csv").read_text()
        )
    with (folder / f"{CUSTOM}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, header(CUSTOM), restval="")
        writer.writeheader()
        writer.writerows(rows)


PODCAST = {
    "priority": "10",
    "rule_id": "podcast",
    "channel": "Audio",
    "utm_source_pattern": "podcast",
    "reason": "source {source} is our podcast",
}


@pytest.mark.long  # `make test` asks of rules of one's own under footfall's preset.
def test_own_rules_come_first_whatever_the_preset(
    project: Path, tmp_path: Path
) -> None:
    """And leave alone what they do not ask for."""
    own(project, [PODCAST])
    rows = [
        visit("own", "utm_source=our-podcast&utm_medium=cpc", ""),
        visit("other", "utm_source=google&utm_medium=cpc", ""),
    ]
    events = write_parquet(tmp_path / "events.parquet", rows)
    made = run_dbt(tmp_path, one_source(events, COLUMNS), "+fct_sessions", project)
    assert made.is_green, made.said
    for preset in PRESETS:
        given = {row[0]: row[1:] for row in made.rows(MATCHED.format(preset))}
        assert given["own"] == ("Audio", "podcast")
        assert given["other"][0] == "Paid Search"
    assert made.rows(
        "select channel_rule_id, channel_reason from fct_sessions"
        " where visitor_id = 'own'"
    ) == [("podcast", "source our-podcast is our podcast")]
