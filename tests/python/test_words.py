"""Words for nobody are no ids, and only a word that is known to be one is consent."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import pytest
from harness import (
    ROOT,
    Build,
    Builder,
    one_source,
    run_dbt,
    write_parquet,
)

from serving.summary import Summary, as_text, figures

HOME = "https://shop.example/"
DECISIONS = ["analytics_consent", "marketing_consent"]
COLUMNS = ["event_id", "visitor_id", "user_id", "occurred_at", "event_name", "page_url"]
COLUMNS += ["source_bot_reason", "order_id", "revenue", "currency", *DECISIONS]
MARTS = "+fct_events +fct_conversions +mart_quality__rejected_events"
REFUSALS = ["f", "off", "N", "No", " DENIED ", "deny_all", "deny-all", "opt_out"]
REFUSALS += ["opt-out", "Opted Out", "rejected", "withdrawn", "revoked", "declined"]
REFUSALS += ["essential only", "necessary", "G100", '"false"', "none"]
REFUSALS += ["nein", "abgelehnt", "non", "refusé", "rechazado", "rifiutato", "nee"]
REFUSALS += ["não", "nie", "odrzucono", "nej", "afvist", "avslått", "hylätty", "ne"]
GRANTS = ["t", "on", "Y", "accept_all", "Accepted", "opt-in", "G111", '"granted"']
GRANTS += [
    "ja",
    "oui",
    "sí",
    "sì",
    "sim",
    "tak",
    "kyllä",
    "ano",
    "godkänd",
    "zugestimmt",
]
SILENCE = ["unknown", "Pending", "null", '"null"', "undefined", "not set", "Unset", " "]
NOBODY = ["0", "-1", "guest", "Guest", "anonymous", "undefined", "null", '"null"']
NOBODY += ["nil", "NaN", "None", "false", "[object Object]", " GUEST ", "not_logged_in"]
NOBODY += ["00000000-0000-0000-0000-000000000000", "(not set)", "n/a", "gast", '""']
SOMEBODY = [
    "1",
    "00-1",
    "guest-17",
    "anonymous@shop.example",
    "ann",
    "nan-nan",
    "true1",
]


def event(visitor: str, **more: str | None) -> dict[str, object]:
    """A page view of a visitor, or what else `more` says."""
    row = {"visitor_id": visitor, "event_id": f"of {visitor}", "page_url": HOME}
    row |= {"occurred_at": "2026-05-04 11:00:00", "event_name": "page_view"}
    return {**row, **more}


def made(
    build: Builder, folder: Path, rows: Iterable[Mapping[str, object]], select: str
) -> Build:
    """A build of these events, green."""
    events = write_parquet(folder / "events.parquet", [*rows])
    present = [each for each in COLUMNS if any(each in row for row in rows)]
    found = build(one_source(events, present), select=select)
    assert found.is_green, found.said
    return found


@pytest.fixture(scope="module")
def decided(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A visitor per word and decision, each of one event that says it."""
    words = [*REFUSALS, *GRANTS, *SILENCE, "perhaps", "G101", "G110", "G1-0"]
    words += ["statistics", "limited to some", "limited to some "]
    rows = [
        event(f"{decision} {number}", **{decision: word})
        for decision in DECISIONS
        for number, word in enumerate(words)
    ]
    rows.append(event("both", analytics_consent="perhaps", marketing_consent="perhaps"))
    folder = tmp_path_factory.mktemp("decided")
    # All that a summary reads.
    return made(
        build,
        folder,
        rows,
        MARTS
        + " +mart_quality__event_ledger +fct_sessions +mart_quality__unread_lines"
        + " +int_settings__unmatched",
    )


def meanings(decided: Build, decision: str) -> dict[str, set[str]]:
    """What each word for a decision was read as."""
    found: dict[str, set[str]] = {}
    for word, meaning in decided.rows(
        f"select tracked.{decision}, classified.{decision}"
        " from stg_columns__events as tracked"
        " inner join int_events__classified as classified using (event_id)"
        f" where event_id like 'of {decision} %'"
    ):
        found.setdefault(word or "", set()).add(meaning)
    return found


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_word_is_read_as_what_it_means(decided: Build, decision: str) -> None:
    """In the languages of consent tools, however it is spelled; silence is unknown."""
    expected = {
        **{word.strip(): {"denied"} for word in REFUSALS},
        **{word.strip(): {"granted"} for word in GRANTS},
        **{word.strip(): {"unknown"} for word in SILENCE},
        "perhaps": {"denied"},
        "limited to some": {"denied"},
        "G1-0": {"denied" if decision == "analytics_consent" else "unknown"},
        "G101": {"granted" if decision == "analytics_consent" else "denied"},
        "G110": {"denied" if decision == "analytics_consent" else "granted"},
        "statistics": {"granted" if decision == "analytics_consent" else "denied"},
    }
    assert meanings(decided, decision) == expected


def test_no_event_of_a_refusal_is_accepted(decided: Build) -> None:
    """Nor of a word that nobody knows."""
    said = "select count(*) from {} where event_id like 'of analytics_consent %'"
    # G110, G1-0, and three that nobody knows.
    refused = len(REFUSALS) + 5
    accepted = len(GRANTS) + len(SILENCE) + 2
    assert decided.value(said.format("fct_events")) == accepted
    assert decided.rows(
        "select rejection_reason, count(*) from mart_quality__rejected_events"
        " where event_id like 'of analytics_consent %' group by all"
    ) == [("no_consent", refused)]


def test_the_summary_names_the_words_that_no_row_knows(decided: Build) -> None:
    """Commonest first, each event once; in no mart, since nobody there agreed."""
    nodes = decided.manifest()["nodes"]
    found = figures(nodes, nodes, decided.rows)
    assert found
    assert [*found.unread_consent.items()] == [
        ("limited to some", 4),
        ("perhaps", 3),
    ]
    text = as_text(Summary(True, 1.0, {}, {}, figures=found))
    assert "'limited to some' (4), 'perhaps' (3)" in text
    silent = {**asdict(found), "unread_consent": {}}
    assert "consent_words" in text
    assert "consent_words" not in as_text(
        Summary(True, 1.0, {}, {}, figures=type(found)(**silent))
    )


def test_a_word_that_no_row_knows_is_in_no_mart(decided: Build) -> None:
    """Whose it was is not told either."""
    marts = set(decided.marts()) & set(decided.relations())
    assert {"fct_events", "mart_quality__rejected_events"} <= marts
    for mart in marts:
        rows = decided.rows(f"select cast(m as text) from {mart} as m")
        assert not [row for (row,) in rows if "perhaps" in row or "limited" in row], (
            mart
        )


@pytest.fixture(scope="module")
def nobodies(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Two devices per user id, a visitor per word, and an order of each of them."""
    rows = []
    for number, word in enumerate([*NOBODY, *SOMEBODY]):
        rows += [event(f"{number} {each}", user_id=word) for each in ("a", "b")]
        rows.append(event(word, event_id=f"visitor {number}"))
        rows += [
            event(
                f"{number} {each}",
                event_id=f"order {number} {each}",
                event_name="purchase",
                order_id=word,
                revenue="10.00",
                currency="EUR",
            )
            for each in ("x", "y", "z")
        ]
    folder = tmp_path_factory.mktemp("nobodies")
    return made(build, folder, rows, MARTS + " +dim_persons +fct_sessions")


def test_two_devices_of_nobody_are_two_persons(nobodies: Build) -> None:
    """Two of somebody are one."""
    for number, word in enumerate([*NOBODY, *SOMEBODY]):
        persons = nobodies.value(
            "select count(distinct person_id) from fct_sessions"
            f" where visitor_id in ('{number} a', '{number} b')"
        )
        assert persons == (1 if word in SOMEBODY else 2), word


def test_a_visitor_that_is_nobody_is_missing(nobodies: Build) -> None:
    """All that have no cookie are no one visitor."""
    count = len(NOBODY)
    assert nobodies.rows(
        "select event_id, rejection_reason from mart_quality__rejected_events"
        " order by cast(substr(event_id, 9) as integer)"
    ) == [(f"visitor {number}", "missing_visitor") for number in range(count)]


def test_orders_without_a_number_are_one_each(nobodies: Build) -> None:
    """Three shoppers' orders called 0 are three; those called ann are one."""
    for number, word in enumerate([*NOBODY, *SOMEBODY]):
        count = 1 if word in SOMEBODY else 3
        assert nobodies.rows(
            "select count(*), sum(revenue) from fct_conversions"
            f" where visitor_id like '{number} _' and conversion_name = 'purchase'"
        ) == [(count, count * Decimal("10.00"))], word


# The first stands for the other in `make test`.
@pytest.mark.parametrize("accepts", [False, pytest.param(True, marks=pytest.mark.long)])
def test_an_event_is_a_bots_by_the_verdict_of_its_source(
    build: Builder, tmp_path: Path, accepts: bool
) -> None:
    """Of whatever words, unless they say no; other events of the visitor stay."""
    verdicts = ["true", "1", "IAB spiders", " data center ", "not human"]
    nothing = ["false", "0", "No", "(not set)", "NULL", "not_a_bot", "human", " ", None]
    rows = [
        event(f"v{nth}", source_bot_reason=word)
        for nth, word in enumerate([*verdicts, *nothing])
    ]
    rows.append(event("v0", event_id="another of v0"))
    path = write_parquet(tmp_path / "events.parquet", rows)
    found = build(
        one_source(path, list(rows[0])) | {"accept_bots": accepts},
        select="+fct_events +mart_quality__rejected_events",
    )
    assert found.is_green, found.said
    reasons = found.rows(
        "select bot_reason, rejection_reason from int_events__classified"
        " where bot_reason is not null order by bot_reason"
    )
    said = None if accepts else "bot"
    assert reasons == [(word.strip(), said) for word in sorted(verdicts, key=str.strip)]
    accepted = len(nothing) + 1 + accepts * len(verdicts)
    assert found.value("select count(*) from fct_events") == accepted


def test_no_credit_flows_between_guests(build: Builder, tmp_path: Path) -> None:
    """One's paid click is not what brought the other's order."""
    click = HOME + "?utm_source=google&utm_medium=cpc"
    order = {"event_name": "purchase", "order_id": "b-1", "revenue": "50.00"}
    rows = [
        event("phone of one", user_id="guest", page_url=click),
        event("laptop of other", user_id="guest", occurred_at="2026-05-05 10:00:00"),
        event(
            "laptop of other",
            **order,
            event_id="b-1",
            user_id="guest",
            currency="EUR",
            occurred_at="2026-05-05 10:05:00",
        ),
    ]
    found = made(build, tmp_path, rows, "+mart_attribution__credits")
    assert found.rows(
        "select distinct channel, attributed_revenue from mart_attribution__credits"
        " where attribution_model = 'first_touch'"
    ) == [("Direct", Decimal("50.00"))]


# `make test` asks of these words in one run, and of drawn batches with denials.
@pytest.mark.long
def test_words_are_read_the_same_batch_by_batch(tmp_path: Path) -> None:
    """What was stored is judged anew with copies and with a later decision."""
    early = [
        event("a", analytics_consent="perhaps", user_id="guest"),
        event("b", analytics_consent="ja", user_id="nil"),
        event("c", analytics_consent="G101", user_id="carl"),
    ]
    early = [row | {"received_at": "2026-05-04 11:00:00"} for row in early]
    later = [
        early[0] | {"analytics_consent": "maybe"},
        early[2] | {"user_id": "null"},
        event("b", event_id="b2", analytics_consent="perhaps", user_id="bob"),
    ]
    later = [row | {"received_at": "2026-05-06 11:00:00"} for row in later]
    columns = [*COLUMNS[:6], "analytics_consent", "received_at"]
    file = tmp_path / "events.parquet"
    asked = (
        "select event_id, copy_number, user_id, analytics_consent,"
        " is_consent_denied, unread_analytics_consent, rejection_reason"
        " from int_events__classified order by all"
    )
    answers = []
    for name, batches in {
        "batches": [early, early + later],
        "whole": [early + later],
    }.items():
        folder = tmp_path / name
        folder.mkdir()
        for number, rows in enumerate(batches):
            settings = one_source(write_parquet(file, rows), columns)
            run = run_dbt(
                folder,
                settings,
                "+int_events__classified",
                ROOT,
                loads_seeds=number == 0,
            )
            assert run.is_green, run.said
        answers.append(run.rows(asked))
    assert answers[0] == answers[1]
    assert [row[-2] for row in answers[0]].count("perhaps") == 2
