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
    inner join int_arrivals__sourced as arrivals using (traffic_source_id)
    where matched.preset = '{}' and arrivals.arrival_number = 1
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


BAD_RULES = {
    "no priority": (PODCAST | {"priority": ""}, "the rule has no priority."),
    "no rule_id": (PODCAST | {"rule_id": ""}, "the rule has no rule_id."),
    "no channel": (PODCAST | {"channel": ""}, "the rule has no channel."),
    "no reason": (PODCAST | {"reason": ""}, "the rule has no reason."),
    "priority": (
        PODCAST | {"priority": "high"},
        "the priority is 'high', but must be a whole number.",
    ),
    "channel": (
        PODCAST | {"channel": "Podcasts"},
        "there is no channel 'Podcasts' in the seed channels.",
    ),
    "category": (
        PODCAST | {"utm_source_category": "radio"},
        "there is no category 'radio' in the seed source_categories.",
    ),
    "flag": (
        PODCAST | {"is_tagged": "maybe"},
        "the is_tagged is 'maybe', but must be true, false or empty.",
    ),
    "regular expression": (
        PODCAST | {"medium_pattern": "(cpc"},
        "'(cpc' is no regular expression.",
    ),
    "lookahead": (
        PODCAST | {"medium_pattern": "cpc(?!x)"},
        "'cpc(?!x)' has '(?', which not all engines read alike.",
    ),
    "backslash": (
        PODCAST | {"medium_pattern": r"cpc\b"},
        r"'cpc\b' has '\', which not all engines read alike.",
    ),
    "brace": (
        PODCAST | {"medium_pattern": "cpc{"},
        "'cpc{' has '{', which not all engines read alike.",
    ),
    "same priority": (
        PODCAST | {"rule_id": "another"},
        "the priority '10' is also that of"
        " seeds/rules/channel_rules_custom.csv, row 2.",
    ),
    "same rule_id": (
        PODCAST | {"priority": "20"},
        "the rule_id 'podcast' is also that of"
        " seeds/rules/channel_rules_custom.csv, row 2.",
    ),
    "rule_id of a preset": (
        PODCAST | {"rule_id": "direct", "priority": "20"},
        "the rule_id 'direct' is also that of seeds/rules/channel_rules.csv, row 41.",
    ),
}


@pytest.mark.parametrize("name", BAD_RULES)
def test_a_bad_rule_stops_the_run_and_names_its_row(
    project: Path, tmp_path: Path, name: str
) -> None:
    """Before anything is written."""
    rule, said = BAD_RULES[name]
    own(project, [PODCAST, rule])
    made = run_dbt(tmp_path, {}, "channels", project)
    assert not made.is_green
    assert f"seeds/rules/channel_rules_custom.csv, row 3: {said}" in made.said
    assert made.relations() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("reason\n", "why\n", "row 1: there is no column 'why'"),
        (
            "footfall,400,unassigned,Unassigned,,",
            "footfall,400,unassigned,Unassigned,search,",
            "row 42: the last rule of the preset footfall must match everything, but"
            " asks for source_category.",
        ),
        (
            "ga4_2025,60,paid_social",
            "ga4_2026,60,paid_social",
            "row 82: the rule_id 'paid_social' is also that of"
            " seeds/rules/channel_rules.csv, row 48.",
        ),
        (
            "footfall,10,cross_network,Cross-network,,,,,cross-network,",
            "footfall,10,cross_network,Cross-network,,,,,,",
            "row 2: the rule matches everything, so that none after it is ever tried.",
        ),
        (
            "footfall,10,cross_network,",
            "footfal,10,cross_network,",
            "row 2: the last rule of the preset footfal must match everything",
        ),
    ],
)
def test_a_bad_preset_stops_the_run_and_names_its_row(
    project: Path, tmp_path: Path, old: str, new: str, said: str
) -> None:
    """Columns that there are not, two rules of one place, cases that no rule takes."""
    own(project, [])
    path = project / "seeds" / "rules" / "channel_rules.csv"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    made = run_dbt(tmp_path, {}, "channels", project)
    assert not made.is_green
    assert f"seeds/rules/channel_rules.csv, {said}" in made.said
    assert made.relations() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "priority,rule_id,channel,reason\n",
            ", row 1: the column 'source_category' is missing.",
        ),
        (
            "priority\n10,podcast\n",
            " cannot be read: a row has more values than row 1 has columns",
        ),
    ],
)
def test_a_file_of_another_shape_stops_the_run(
    project: Path, tmp_path: Path, text: str, said: str
) -> None:
    """Else the engine would read one column for another."""
    own(project, [])
    (project / "seeds" / "rules" / f"{CUSTOM}.csv").write_text(text)
    made = run_dbt(tmp_path, {}, "channels", project)
    assert not made.is_green
    assert f"seeds/rules/{CUSTOM}.csv{said}" in made.said


def test_a_preset_that_there_is_not_stops_the_run(tmp_path: Path) -> None:
    """With those that there are."""
    made = run_dbt(tmp_path, {"channel_preset": "ga3"}, "channels", ROOT)
    assert not made.is_green
    assert (
        "the var channel_preset is 'ga3', but must be one of footfall, ga4_2026,"
        " ga4_2025, plausible, posthog." in made.said
    )


@pytest.fixture(scope="module")
def journeys(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Visitors who come back within a session."""
    rows = [
        # Nothing, a campaign, a payment page, another campaign.
        visit("changing", "", ""),
        visit("changing", "utm_source=google&utm_medium=cpc", "", 5),
        visit("changing", "", "https://www.paypal.com/", 10),
        visit("changing", "utm_source=news&utm_medium=email", "", 15),
        visit("changing", "", "https://www.shop.example/p15", 20),
        visit("direct", "", ""),
        visit("direct", "", "https://www.shop.example/p0", 5),
    ]
    path = tmp_path_factory.mktemp("journeys") / "events.parquet"
    made = build(
        one_source(write_parquet(path, rows), COLUMNS),
        select="+fct_events +fct_page_views +dim_visitors",
    )
    assert made.is_green, made.said
    return made


@pytest.mark.parametrize("relation", ["fct_events", "fct_page_views"])
def test_each_event_has_the_channel_in_force(journeys: Build, relation: str) -> None:
    """That of the last event that told one; before the first, the session's."""
    found = journeys.rows(
        f"select event_id, channel, channel_rule_id from {relation}"
        " order by split_part(event_id, '-', 1), split_part(event_id, '-', 2)::int"
    )
    search = ("Paid Search", "paid_search_by_medium")
    email = ("Email", "email_by_medium")
    assert found == [
        ("changing-0", *search),
        ("changing-5", *search),
        ("changing-10", *search),
        ("changing-15", *email),
        ("changing-20", *email),
        ("direct-0", "Direct", "direct"),
        ("direct-5", "Direct", "direct"),
    ]


def test_the_session_and_the_visitor_have_the_first_source(journeys: Build) -> None:
    """Whatever comes later in the session."""
    said = "medium cpc is paid, source google is a search engine"
    assert journeys.rows(
        "select channel, source, channel_reason from fct_sessions"
        " where visitor_id = 'changing'"
    ) == [("Paid Search", "google", said)]
    assert journeys.rows(
        "select first_channel, first_channel_rule_id, first_channel_reason"
        " from dim_visitors where visitor_id = 'changing'"
    ) == [("Paid Search", "paid_search_by_medium", said)]


def test_batches_that_tell_nothing_are_no_obstacle(tmp_path: Path) -> None:
    """Nor is a session that learns its source from a later batch."""
    batches = [
        [visit("late", "", "")],
        [visit("quiet", "", "", 1)],
        [visit("late", "utm_source=google&utm_medium=cpc", "", 5)],
    ]
    rows: list[Case] = []
    for number, batch in enumerate(batches):
        rows += [row | {"received_at": f"2026-06-02 0{number}:00:00"} for row in batch]
        events = write_parquet(tmp_path / "events.parquet", rows)
        settings = one_source(events, [*COLUMNS, "received_at"])
        made = run_dbt(
            tmp_path, settings, "+fct_sessions", ROOT, loads_seeds=number == 0
        )
        assert made.is_green, made.said
    assert made.rows("select visitor_id, channel from fct_sessions order by 1") == [
        ("late", "Paid Search"),
        ("quiet", "Direct"),
    ]


def test_hosts_that_are_named_internal_are_no_source(
    build: Builder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """They and what is below them, and nothing else, be it on the page's domain."""
    rows = [
        visit("partner", "", "https://partner.example/"),
        visit("below", "", "https://blog.partner.example/"),
        visit("alike", "", "https://notpartner.example/"),
        visit("sister", "", "https://help.shop.example/"),
        visit("self", "", "https://www.shop.example/p1"),
    ]
    path = tmp_path_factory.mktemp("internal") / "events.parquet"
    settings = one_source(write_parquet(path, rows), COLUMNS)
    made = build(
        settings | {"internal_hosts": ["Partner.example"]}, select="+fct_sessions"
    )
    assert made.is_green, made.said
    assert dict(made.rows("select visitor_id, channel from fct_sessions")) == {
        "partner": "Direct",
        "below": "Direct",
        "alike": "Referral",
        "sister": "Referral",
        "self": "Direct",
    }
