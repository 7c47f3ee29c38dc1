"""After every batch, whatever arrived in whatever order, all equals a full refresh."""

import json
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import duckdb
import pytest
from harness import (
    CHAIN,
    ROOT,
    Build,
    Row,
    copy_project,
    folder_of,
    one_source,
    parse,
    run_dbt,
    write_parquet,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tiers import IS_ALL, TRIALS, some

from parity.parsing import once, parsed_sources

Event = dict[str, object]

START = datetime(2026, 1, 1, 22)
TIMEOUT = timedelta(minutes=30)
MICROSECOND = timedelta(microseconds=1)
GAPS = [
    timedelta(0),
    timedelta(seconds=1),
    timedelta(minutes=16),
    TIMEOUT - MICROSECOND,
    TIMEOUT,
    TIMEOUT + MICROSECOND,
    timedelta(hours=5),
    timedelta(days=2),
]
COLUMNS = [
    "event_id",
    "visitor_id",
    "user_id",
    "app_id",
    "platform",
    "occurred_at",
    "received_at",
    "first_seen_at",
    "event_name",
    "page_url",
    "referrer_url",
    "user_agent",
    "source_bot_reason",
    "device_category",
    "engagement_ms",
    "scroll_percent",
    "order_id",
    "revenue",
    "currency",
    "items",
    "analytics_consent",
    "marketing_consent",
]
# More than three acts in two seconds are a bot's; history moves with early arrivals.
PACE = {"bot_limit_events": 3, "bot_limit_seconds": 2, "history_days": 1}
# Days are few here, and those that audiences ask about must pass.
PACE |= {"audience_window_days": 3, "audience_recent_days": 2}
PACE |= {"audience_absence_days": 2}
PHONE = "Mozilla/5.0 (Linux; Android 10; K) Chrome/137.0.0.0 Mobile Safari/537.36"
NAMES = ["page_view", "page_view", "click", "scroll", "payment"]
NAMES += ["purchase", "purchase", "sign_up", "refund"]
CLICKS = ["click", "view_item", "add_to_cart", "begin_checkout"]
ITEMS = [None, "[]", "no list", '[{"item_id": "a", "price": 5}]']
ITEMS += ['[{"item_id": "a", "price": 5, "quantity": 2}, 7, {"name": "b"}]']
LEFT_OUT = None if IS_ALL else CHAIN
# Where mistakes are planted.
KEPT = "macros/incremental/materialization_kept.sql"
CLUSTERED = "models/intermediate/sessions/int_events__clustered.sql"
VISITORS = "models/intermediate/changes/int_visitors__changed.sql"
PERSONS = "models/intermediate/changes/int_persons__changed.sql"
IN_SCOPE = "{{ in_scope('visitor') }}"
# They tell in which run a row came, and where in the log it stands.
BOOKKEEPING = ["batch_number", "log_number", "retracted_number", "credited_number"]
# The log holds what was taken back too: compared is what stands of it.
BOOKS = {"footfall_states", "int_events__logged"}


def visitor_events(chance: random.Random, visitor: int, batches: int) -> list[Event]:
    """One visitor's rows, each with the number of its batch, under the key `batch`."""
    rows: list[Event] = []
    apps = random.Random(visitor)
    # Three browsers a person, some lent to the next one, and a login that many share.
    # With few persons journeys get so long that Markov chains take ten times the steps.
    own, other = f"u{visitor % 40}", f"u{(visitor + 1) % 40}"
    users = [None] * 9 + [own, own, own, other, other, "shared", "guest"]
    moment = START + timedelta(minutes=chance.randrange(600))
    for number in range(chance.randrange(1, 12)):
        moment += chance.choice(GAPS)
        batch = chance.randrange(batches)
        # A second loader delivers behind the latest arrival.
        arrival = chance.choice([batch, batch, batch, 0])
        row: Event = {
            "event_id": f"{visitor}-{number}",
            "visitor_id": f"v{visitor}",
            "user_id": chance.choice(users),
            "app_id": apps.choice(["shop", "shop", "blog", None]),
            "platform": chance.choice(["web", "web", "web", "ios", "server"]),
            "occurred_at": moment,
            "received_at": START + timedelta(days=30, hours=arrival),
            "event_name": chance.choice(NAMES),
            "page_url": chance.choice(
                [
                    "https://shop.example/",
                    "https://shop.example/cart",
                    "https://shop.example/?utm_source=news&utm_medium=email",
                ]
            ),
            "referrer_url": chance.choice([None, None, "https://www.google.com/"]),
            "user_agent": chance.choice([None, PHONE, PHONE, "Googlebot/2.1"]),
            "device_category": chance.choice([None, None, "tablet"]),
            "engagement_ms": chance.choice([None, None, 1200]),
            "scroll_percent": chance.choice([None, 50, 90]),
            "batch": batch,
        }
        if chance.random() < 0.1:
            # The first word may come last, and some are no visit's time.
            ago = chance.choice([timedelta(days=3), timedelta(minutes=40), -TIMEOUT])
            row["first_seen_at"] = chance.choice([moment - ago, datetime(1970, 1, 1)])
        if chance.random() < 0.03:
            row["source_bot_reason"] = chance.choice(["on a list", "false"])
        if row["event_name"] in ("click", "purchase"):
            row["items"] = chance.choice(ITEMS)
        if row["event_name"] == "click":
            row["event_name"] = CLICKS[(visitor + number) % len(CLICKS)]
        if row["event_name"] == "purchase":
            # Claimed by others too, at times with another amount, or with none.
            amounts = ["12.50", "12.50", "12.50", "30.00", "45.00", None]
            row |= {"order_id": f"o{chance.randrange(40)}", "currency": "EUR"}
            row |= {"revenue": chance.choice(amounts)}
        if row["event_name"] == "refund":
            # Of an order that may come later, or never, and perhaps of another visitor.
            row |= {"order_id": f"o{chance.randrange(40)}"}
            row |= {"revenue": chance.choice([None, "5.00", "-12.50"])}
        if chance.random() < 0.04:
            row["analytics_consent"] = chance.choice(["G101", "nein", "perhaps"])
            row["marketing_consent"] = chance.choice(["granted", "denied"])
        rows.append(row)
        if chance.random() < 0.2:
            again = row | {"batch": chance.randrange(batches)}
            again["received_at"] = START + timedelta(
                days=30, hours=chance.randrange(batches)
            )
            if chance.random() < 0.5:
                again["occurred_at"] = moment + chance.choice(GAPS)
                again["visitor_id"] = f"v{visitor + chance.randrange(2)}"
                again["app_id"] = apps.choice(["shop", "blog"])
            rows.append(again)
    if chance.random() < 0.3:
        rows += burst(chance, visitor, moment + timedelta(hours=1), batches)
    return rows


def burst(
    chance: random.Random, visitor: int, moment: datetime, batches: int
) -> list[Event]:
    """Some events at about the pace of a bot, each delivered when it may be."""
    rows: list[Event] = []
    for number in range(chance.randrange(3, 6)):
        batch = chance.randrange(batches)
        row: Event = {
            "event_id": f"{visitor}-burst-{number}",
            "visitor_id": f"v{visitor}",
            "occurred_at": moment,
            # In an hour of its own, so that what came before is not read again.
            "received_at": START + timedelta(days=40 + 10 * batch, hours=visitor),
            "event_name": "page_view",
            "page_url": "https://shop.example/",
            "user_agent": chance.choice([None, PHONE]),
            "batch": batch,
        }
        rows.append(row)
        # A copy that was received first may take the event out of the burst.
        if chance.random() < 0.3:
            rows.append(
                row
                | {
                    "occurred_at": moment - timedelta(minutes=20),
                    "received_at": START + timedelta(days=29),
                    "batch": chance.randrange(batches),
                }
            )
        moment += chance.choice([timedelta(0), timedelta(seconds=0.5), MICROSECOND])
        moment += chance.choice([timedelta(0), timedelta(seconds=0.5)])
    return rows


def passing_models() -> list[str]:
    """Models that hold what one run hands to itself: the batch, not all."""
    manifest = parse(ROOT, parsed_sources(one_source("", ())))
    assert manifest
    return [node.name for node in manifest.nodes.values() if "passing" in node.tags]


def contents(built: Build) -> dict[str, list[Row]]:
    """Rows of every relation, without what tells runs apart."""
    held = {}
    # Opened once: that takes longer than most of the queries.
    with duckdb.connect(str(built.database), read_only=True) as connection:
        for name in sorted(set(built.relations()) - {*BOOKS, *passing_models()}):
            relation = connection.table(name)
            columns = [each for each in relation.columns if each not in BOOKKEEPING]
            held[name] = relation.project(*columns).order("all").fetchall()
    return held


def run(
    folder: Path,
    rows: list[Event],
    project: Path,
    *,
    is_first: bool,
    select: str | None = None,
    exclude: str | None = LEFT_OUT,
    settings: Mapping[str, object] | None = None,
    flags: Sequence[str] = (),
    splits_by_app: bool = False,
) -> Build:
    """Deliver these rows as the source's only file, and build."""
    delivered = [
        {name: row.get(name) for name in COLUMNS} | {"event_id": row["event_id"]}
        for row in rows
    ]
    events = write_parquet(folder / "events.parquet", delivered)
    options = {"split_by_app": True} if splits_by_app else {}
    chosen = one_source(events, COLUMNS, **options) | PACE | dict(settings or {})
    built = run_dbt(
        folder,
        chosen,
        select,
        project,
        exclude=exclude,
        loads_seeds=is_first,
        flags=flags,
    )
    assert built.is_green, built.said
    return built


def arrived(rows: list[Event], batch: int) -> list[Event]:
    """What the source holds once a batch has come."""
    return [row for row in rows if int(str(row["batch"])) <= batch]


def unlike(built: Build, expected: dict[str, list[Row]]) -> list[str]:
    """Relations that differ from what they should be."""
    held = contents(built)
    assert held.keys() == expected.keys()
    return [name for name in expected if held[name] != expected[name]]


def differences(
    folder: Path,
    rows: list[Event],
    batches: int,
    look: Callable[[int, Build], None] = lambda batch, built: None,
    select: str | None = None,
    exclude: str | None = LEFT_OUT,
    splits_by_app: bool = False,
) -> list[str]:
    """Relations that differ from a full refresh after some batch, with the batch.

    The first batch is a full refresh itself. `look` is shown the build of each batch.
    """
    incremental = folder / "incremental"
    incremental.mkdir(parents=True)
    built_of = partial(
        run, project=ROOT, select=select, exclude=exclude, splits_by_app=splits_by_app
    )
    look(0, built_of(incremental, arrived(rows, 0), is_first=True))
    found = []
    for batch in range(1, batches):
        delivered = arrived(rows, batch)
        built = built_of(incremental, delivered, is_first=False)
        look(batch, built)
        # Nothing new: the full refresh of the batch before is that of this one too.
        if batch == 1 or delivered != arrived(rows, batch - 1):
            full = folder / f"full_{batch}"
            full.mkdir()
            expected = contents(built_of(full, delivered, is_first=True))
        found += [f"{name} after batch {batch}" for name in unlike(built, expected)]
    return found


@pytest.mark.longest
@settings(
    max_examples=TRIALS.histories,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# A seed, since Hypothesis gives up on the thousands of choices behind one set of rows.
@given(seed=st.integers(0, 2**32))
def test_every_batch_equals_a_full_refresh(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Late events, copies, ties, bridges, earlier starts, denials, an empty batch."""
    batches = TRIALS.history_batches
    chance = random.Random(seed)
    rows = [
        row
        for visitor in range(120)
        for row in visitor_events(chance, visitor, batches - 1)
    ]
    # The last batch brings nothing.
    assert differences(tmp_path_factory.mktemp("batches"), rows, batches) == []


def rows_of_two_apps() -> list[Event]:
    """Sessions of one visitor and instant: to that in the shop the next batch adds.

    A third batch adds to both, before and after them, and in no app begins a third.
    """
    events = [
        ("shop", timedelta(0), 0),
        ("blog", timedelta(0), 0),
        ("shop", timedelta(minutes=10), 1),
        ("shop", timedelta(minutes=30), 2),
        ("blog", timedelta(minutes=29), 2),
        (None, timedelta(0), 2),
        ("blog", -timedelta(minutes=30), 2),
    ]
    return [
        {
            "event_id": f"in two apps {number}",
            "visitor_id": "in two apps",
            "app_id": app,
            "event_name": "page_view",
            "page_url": "https://shop.example/",
            "items": ITEMS[3],
            "occurred_at": START + after,
            "received_at": START + timedelta(days=100 + batch),
            "batch": batch,
        }
        for number, (app, after, batch) in enumerate(events)
    ]


# `make test` asks it where no source is split by app, above, and of apps in one run.
@pytest.mark.long
def test_every_batch_of_apps_equals_a_full_refresh(tmp_path: Path) -> None:
    """Where sessions are cut per app: two of one start, only one of them touched."""
    chance = random.Random(2)
    rows = [
        *rows_of_two_apps(),
        *(row for visitor in range(120) for row in visitor_events(chance, visitor, 3)),
    ]
    told: list[list[Row]] = []
    items = []

    def look(batch: int, built: Build) -> None:
        items.append(
            built.value(
                "select count(*) from fct_items where visitor_id = 'in two apps'"
            )
        )
        told.append(
            built.rows(
                "select app_id, started_at, ended_at, session_number, event_count"
                " from fct_sessions where visitor_id = 'in two apps'"
                " order by session_number"
            )
        )

    assert differences(tmp_path, rows, 3, look, splits_by_app=True) == []
    # One of each event, be there two sessions of one start.
    assert items == [2, 3, 7]
    before, first, second, last = (
        START + timedelta(minutes=minutes) for minutes in (-30, 10, 29, 30)
    )
    assert told == [
        [("blog", START, START, 1, 1), ("shop", START, START, 2, 1)],
        [("blog", START, START, 1, 1), ("shop", START, first, 2, 2)],
        [
            ("blog", before, second, 1, 3),
            (None, START, START, 2, 1),
            ("shop", START, last, 3, 3),
        ],
    ]


@pytest.mark.long  # `make test` asks it where no source is split by app.
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param(
            CLUSTERED,
            IN_SCOPE,
            f"""{IN_SCOPE}
            and (
                {{{{ not execute or is_whole() }}}}
                or (source_name, visitor_id, {{{{ session_app() }}}}) in (
                    select source_name, visitor_id, {{{{ session_app() }}}}
                    from {{{{ ref('int_events__logged') }}}}
                    where {{{{ is_new() }}}}
                )
            )""",
            id="a session goes with one of another app",
        ),
        pytest.param(
            KEPT,
            "in ({{ changed }});",
            "in ({{ changed }})\n"
            "{{ ' and (source_name, visitor_id, session_app) in (select source_name,"
            " visitor_id, session_app from ' ~ computed ~ ')'"
            " if 'session_app' in names }};",
            id="sessions of an app that a visitor left stay",
        ),
        pytest.param(
            CLUSTERED,
            "partition by source_name, visitor_id, session_app\n"
            "            order by occurred_at, received_at, event_id\n"
            "            rows between unbounded preceding and 1 preceding",
            "partition by source_name, visitor_id\n"
            "            order by occurred_at, received_at, event_id\n"
            "            rows between unbounded preceding and 1 preceding",
            id="a pause ends with an event of another app",
        ),
    ],
)
def test_the_comparison_bites_in_apps(
    tmp_path: Path, name: str, old: str, new: str
) -> None:
    """Each mistake loses sessions of an app, or has some twice."""
    project = tmp_path / "project"
    project.mkdir()
    copy_project(project)
    text = (project / name).read_text()
    assert text.count(old) == 1
    (project / name).write_text(text.replace(old, new))
    # Of one visitor the second batch touches one app, of another it touches all; and an
    # event of the shop turns out to have been the blog's.
    rows = arrived(rows_of_two_apps(), 1)
    for row in rows_of_two_apps():
        other = {"visitor_id": "in all apps", "event_id": f"{row['event_id']} of all"}
        rows.append(row | other | {"batch": min(int(str(row["batch"])), 1)})
    moved = rows[0] | {"visitor_id": "moved", "event_id": "moved"}
    earlier = {"app_id": "blog", "batch": 1, "received_at": START}
    rows += [moved, moved | earlier]
    built_of = partial(run, select="+int_sessions__aggregated", splits_by_app=True)
    for folder in (tmp_path / "full", tmp_path / "batches"):
        folder.mkdir()
    whole = contents(built_of(tmp_path / "full", rows, project=ROOT, is_first=True))
    for batch in (0, 1):
        built = built_of(
            tmp_path / "batches",
            arrived(rows, batch),
            project=project,
            is_first=batch == 0,
        )
    sessions = "int_sessions__aggregated"
    assert contents(built)[sessions] != whole[sessions]


def rows_of_an_order() -> list[Event]:
    """An order that turns out to have been placed first by another visitor."""
    order: Event = {"event_name": "purchase", "order_id": "shared", "revenue": "7"}
    order |= {"items": ITEMS[3]}
    # What else the other one looked at stays.
    look: Event = {"event_name": "click", "items": ITEMS[3], "batch": 0}
    look |= {"event_id": "look of the second", "visitor_id": "the second"}
    look |= {"occurred_at": START, "received_at": START + timedelta(days=100)}
    return [
        look,
        *(
            order
            | {
                "event_id": f"order of {visitor}",
                "visitor_id": visitor,
                "occurred_at": START - timedelta(hours=batch),
                "received_at": START + timedelta(days=100 + batch),
                "batch": batch,
            }
            for batch, visitor in enumerate(("the second", "the first"))
        ),
    ]


def rows_of_two_hands() -> list[Event]:
    """An event that turns out to have been received before, of somebody else."""
    return [
        {
            "event_id": "in two hands",
            "visitor_id": visitor,
            "event_name": "page_view",
            "occurred_at": START,
            "received_at": START + timedelta(days=101 - batch),
            "batch": batch,
        }
        for batch, visitor in enumerate(("the later hand", "the earlier hand"))
    ]


def rows_of_a_beginning() -> list[Event]:
    """A visit of somebody with a name, whose beginning comes late and names nobody."""
    return [
        {
            "event_id": f"visit {minute}",
            "visitor_id": "begins earlier",
            "user_id": user,
            "event_name": "page_view",
            "occurred_at": START + timedelta(minutes=minute),
            "received_at": START + timedelta(days=100 + batch),
            "batch": batch,
        }
        for minute, user, batch in ((10, "has a name", 0), (0, None, 1))
    ]


def rows_of_the_first() -> list[Event]:
    """Somebody who came before all others, and never again."""
    row: Event = {"event_id": "the first", "visitor_id": "the first of all", "batch": 0}
    row |= {"event_name": "page_view", "occurred_at": START - timedelta(days=3)}
    return [row | {"received_at": START + timedelta(days=100)}]


def rows_of_a_login() -> list[Event]:
    """Two orders of one id, until the visitors turn out to be one person."""
    rows: list[Event] = [
        {
            "event_id": f"claim of {visitor}",
            "visitor_id": visitor,
            "user_id": user,
            "event_name": "purchase",
            "order_id": "of one person",
            "revenue": revenue,
            "occurred_at": START + timedelta(hours=hour),
            "received_at": START + timedelta(days=100),
            "batch": 0,
        }
        for hour, (visitor, user, revenue) in enumerate(
            (("a stranger", None, "7"), ("a customer", "a customer's login", "8"))
        )
    ]
    login: Event = {"event_id": "login", "event_name": "page_view", "batch": 1}
    login |= {"visitor_id": "a stranger", "user_id": "a customer's login"}
    login |= {"occurred_at": START + timedelta(days=1)}
    return [*rows, login | {"received_at": START + timedelta(days=101)}]


def rows_of_a_lead() -> list[Event]:
    """A person who becomes a lead in one browser and buys in another, a batch later."""
    names = ["page_view", "sign_up", "page_view", "purchase"]
    return [
        {
            "event_id": f"lead {day}",
            "visitor_id": f"browser {batch}",
            "user_id": "a lead",
            "event_name": name,
            "occurred_at": START + timedelta(days=day),
            "received_at": START + timedelta(days=100 + batch),
            "batch": batch,
        }
        for day, (name, batch) in enumerate(zip(names, (0, 0, 0, 1), strict=True))
    ]


@pytest.mark.long  # `make test` asks of histories that are drawn.
def test_an_earlier_first_event_reaches_visitors_without_news(tmp_path: Path) -> None:
    """What is said of a session changes with where the history of its source begins."""
    rows: list[Event] = [
        {
            "event_id": visitor,
            "visitor_id": visitor,
            "event_name": "page_view",
            "occurred_at": START + timedelta(hours=hour),
            "received_at": START + timedelta(days=100 + batch),
            "batch": batch,
        }
        for visitor, hour, batch in (
            ("the first", 0, 0),
            ("a day after the earlier one", 20, 0),
            ("a day after both", 30, 0),
            ("an earlier one", -10, 1),
        )
    ]
    told: list[list[Row]] = []

    def look(batch: int, built: Build) -> None:
        told.append(
            built.rows(
                "select visitor_id, is_history_complete from fct_sessions order by 1"
            )
        )

    # One day of history is enough: PACE.
    assert differences(tmp_path, rows, 2, look, select="+fct_sessions") == []
    after_both, after_earlier = ("a day after both", "a day after the earlier one")
    assert told == [
        [(after_both, True), (after_earlier, False), ("the first", False)],
        [
            (after_both, True),
            (after_earlier, True),
            ("an earlier one", False),
            ("the first", False),
        ],
    ]


@pytest.mark.long  # `make test` asks of them in one run, by the preset of a shop.
def test_orders_without_any_session_can_be_added_to(tmp_path: Path) -> None:
    """As a shop's books alone are: the next batch is no full refresh that died."""
    rows: list[Event] = [
        {
            "event_id": f"order {batch}",
            "visitor_id": "customer",
            "platform": "server",
            "event_name": "purchase",
            "order_id": str(batch),
            "revenue": "7",
            "items": ITEMS[3],
            "occurred_at": START + timedelta(hours=batch),
            "received_at": START + timedelta(days=100 + batch),
            "batch": batch,
        }
        for batch in (0, 1)
    ]
    counted: list[int] = []

    def look(batch: int, built: Build) -> None:
        assert built.value("select count(*) from fct_sessions") == 0
        counted.append(built.value("select count(*) from fct_conversions"))

    assert differences(tmp_path, rows, 2, look) == []
    assert counted == [1, 2]


@pytest.mark.long  # `make test` asks of such words in drawn batches, above.
def test_a_first_visit_told_late_reaches_the_first_session(tmp_path: Path) -> None:
    """Of its own visitor, and in an event that is in no session too."""
    word = {"first_seen_at": START - timedelta(days=9), "batch": 1}
    hours = {"visit": 0, "second visit": 9}
    rows: list[Event] = [
        {
            "event_id": f"{name} of {visitor}",
            "visitor_id": visitor,
            "event_name": "page_view",
            "occurred_at": START + timedelta(hours=hour),
            "received_at": START + timedelta(days=100),
            "batch": 0,
        }
        for visitor in ("told by a visit", "told by a server", "untold")
        for name, hour in hours.items()
    ]
    for visitor, platform in (
        ("told by a visit", "web"),
        ("told by a server", "server"),
    ):
        late: Event = {"event_id": f"word on {visitor}", "platform": platform}
        late |= {"visitor_id": visitor, "event_name": "page_view"}
        late |= {"occurred_at": START + timedelta(days=3)}
        rows.append(late | {"received_at": START + timedelta(days=101)} | word)
    told: list[list[Row]] = []

    def look(batch: int, built: Build) -> None:
        told.append(
            built.rows(
                "select visitor_id, visitor_type, is_history_complete"
                " from fct_sessions where session_number = 1 order by 1"
            )
        )

    assert differences(tmp_path, rows, 2, look, select="+fct_sessions") == []
    visitors = ["told by a server", "told by a visit", "untold"]
    assert told == [
        [(visitor, "new", False) for visitor in visitors],
        [
            ("told by a server", "returning", True),
            ("told by a visit", "returning", True),
            ("untold", "new", False),
        ],
    ]


@pytest.fixture(scope="module")
def rows_of_mutants() -> list[Event]:
    """Events in two batches, with what two batches drawn at random seldom have."""
    chance = random.Random(1)
    return [
        *(row for visitor in range(120) for row in visitor_events(chance, visitor, 2)),
        *rows_of_an_order(),
        *rows_of_the_first(),
        *rows_of_two_hands(),
        *rows_of_a_beginning(),
        *rows_of_a_login(),
        *rows_of_a_lead(),
    ]


@pytest.fixture(scope="module")
def whole(shared: Path, rows_of_mutants: list[Event]) -> dict[str, list[Row]]:
    """What a full refresh without mistakes makes of both batches."""
    built = once(
        folder_of(shared, "a full refresh without mistakes"),
        lambda folder: run(folder, rows_of_mutants, ROOT, is_first=True),
    )
    return contents(built)


MUTANTS = [
    pytest.param(
        KEPT,
        "in ({{ changed }});",
        "in ({{ changed }}) and false;",
        "int_sessions__aggregated",
        id="superseded sessions stay",
    ),
    pytest.param(
        CLUSTERED,
        IN_SCOPE,
        f"""{IN_SCOPE}
        and (
            {{{{ not execute or is_whole() }}}}
            or (source_name, event_id) in (
                select source_name, event_id
                from {{{{ ref('int_events__logged') }}}}
                where {{{{ is_new() }}}}
            )
        )""",
        "int_events__sessionized",
        id="an earlier event is not joined",
    ),
    pytest.param(
        CLUSTERED,
        IN_SCOPE,
        f"""{IN_SCOPE}
        and (
            {{{{ not execute or is_whole() }}}}
            or occurred_at
            > (select max(occurred_at) from {{{{ ref('int_events__screened') }}}})
            - interval '3' hour
        )""",
        "int_events__sessionized",
        id="a trailing window",
    ),
    pytest.param(
        VISITORS,
        "and logged.event_id = event_ids.event_id",
        "and logged.event_id = event_ids.event_id\n"
        "            and {{ is_new('logged.batch_number') }}",
        "int_sessions__aggregated",
        id="an event id's other hands are forgotten",
    ),
    pytest.param(
        VISITORS,
        "on orders.order_id = ordered.order_id",
        "on orders.order_id = ordered.order_id and false",
        "fct_conversions",
        id="the order's other visitors are forgotten",
    ),
    pytest.param(
        VISITORS,
        "    from orders\n    inner join arrived\n",
        "    from (\n"
        "        select * from logged\n"
        "        where order_id is not null and {{ is_new() }}\n"
        "    ) as orders\n"
        "    inner join arrived\n",
        "fct_conversions",
        id="an order is asked for when it is claimed alone",
    ),
    pytest.param(
        PERSONS,
        "    where user_id is not null\n",
        "    where false\n",
        "int_journeys__pathed",
        id="a person's other visitors are forgotten",
    ),
    pytest.param(
        PERSONS,
        "    select visitor_id as person_id\n    from visitors\n",
        "    select visitor_id as person_id\n    from visitors\n    where false\n",
        "int_journeys__pathed",
        id="persons are forgotten under the id of before they had a name",
    ),
    pytest.param(
        PERSONS,
        "    where user_id is not null\n",
        "    where user_id is not null and {{ is_new() }}\n",
        "int_journeys__pathed",
        id="persons are forgotten whom no new row names",
    ),
    pytest.param(
        "macros/incremental/is_arriving.sql",
        "sql_literal(range.hour.replace(",
        "sql_literal((range.hour - modules.datetime.timedelta(hours=1)).replace(",
        "int_events__classified",
        id="the hours of arrival end one too early",
    ),
    pytest.param(
        "models/intermediate/attribution/int_conversions__staged.sql",
        "where {{ in_scope('person') }}",
        "where {{ in_scope('visitor') }}",
        "int_credits__weighted",
        id="a lead of an earlier batch is forgotten",
    ),
    pytest.param(
        "models/intermediate/attribution/int_conversions__explained.sql",
        ", 'touches_hash'",
        "",
        "int_credits__weighted",
        id="credits stay whatever came before the conversion",
    ),
    pytest.param(
        KEPT,
        "{%- if replaced.gone %}",
        "{%- if false %}",
        "int_credits__weighted",
        id="credits of conversions that are no more stay",
    ),
    pytest.param(
        KEPT,
        "\n        or state.taken_number != taken_number(planned)",
        "",
        "mart_device__daily",
        id="marts are left alone whatever changed",
    ),
    pytest.param(
        "models/intermediate/events/int_events__flagged.sql",
        "    from {{ ref('footfall', 'int_events__standing') }}\n),\n",
        "    from {{ ref('footfall', 'int_events__standing') }}\n"
        "    where {{ in_scope('event') }}\n),\n",
        "int_events__classified",
        id="what a bot did before it was one stays",
    ),
    pytest.param(
        "models/intermediate/events/int_visitors__paced.sql",
        IN_SCOPE,
        IN_SCOPE.replace("visitor", "event"),
        "int_events__classified",
        id="a pace is judged by what arrives alone",
    ),
    pytest.param(
        "models/intermediate/events/int_events__copied.sql",
        "    where {{ in_scope('event') }}\n),\n\n-- Few",
        "    where {{ in_scope('batch') }}\n),\n\n-- Few",
        "int_events__classified",
        id="copies are looked for in what arrives alone",
    ),
    pytest.param(
        "models/intermediate/sessions/int_sources__started.sql",
        "select * from {{ ref('footfall', 'int_sessions__aggregated') }}\n",
        "select * from {{ ref('footfall', 'int_sessions__aggregated') }}\n"
        f"    where {IN_SCOPE}\n",
        "fct_sessions",
        id="where history begins is asked of who changed alone",
    ),
    pytest.param(
        "macros/incremental/in_scope.sql",
        "'of': 'int_visitors__related'",
        "'of': 'int_visitors__changed'",
        "int_funnel_attempts__pivoted",
        id="funnels forget a person's other visitors",
    ),
    pytest.param(
        "models/intermediate/items/int_items__listed.sql",
        IN_SCOPE,
        IN_SCOPE.replace("visitor", "event"),
        "fct_items",
        id="products are read of events that arrive alone",
    ),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "relation"), some(MUTANTS, TRIALS.mutants)
)
def test_the_comparison_bites(
    tmp_path: Path,
    rows_of_mutants: list[Event],
    whole: dict[str, list[Row]],
    name: str,
    old: str,
    new: str,
    relation: str,
) -> None:
    """Each mistake that peers make is seen, first where it is made."""
    project = tmp_path / "project"
    project.mkdir()
    copy_project(project)
    text = (project / name).read_text()
    assert text.count(old) == 1
    (project / name).write_text(text.replace(old, new))
    for batch in (0, 1):
        delivered = arrived(rows_of_mutants, batch)
        built = run(
            tmp_path, delivered, project, is_first=batch == 0, select=f"+{relation}"
        )
    assert contents(built)[relation] != whole[relation]


@pytest.mark.long  # `make test` asks of runs of parts, in drawn order, below.
def test_models_run_by_themselves_leave_nothing_to_repair(
    tmp_path: Path, rows_of_mutants: list[Event], whole: dict[str, list[Row]]
) -> None:
    """One that ran without a parent has not taken in what the parent had not."""
    run(tmp_path, arrived(rows_of_mutants, 0), ROOT, is_first=True)
    alone = "+int_sessions__aggregated int_sessions__identified"
    run(tmp_path, rows_of_mutants, ROOT, is_first=False, select=alone)
    built = run(tmp_path, rows_of_mutants, ROOT, is_first=False)
    assert unlike(built, whole) == []


def test_a_run_without_news_leaves_the_marts_alone(tmp_path: Path) -> None:
    """All of them, tables and views.

    What a build that was killed had not yet thrown away goes all the same.
    """
    rows = visitor_events(random.Random(1), 1, 1)
    first = run(tmp_path, rows, ROOT, is_first=True, exclude=None)
    relations = first.relations()
    with duckdb.connect(str(first.database)) as connection:
        connection.execute("create table fct_reversals__dbt_backup as select 1 as one")
    built = run(tmp_path, rows, ROOT, is_first=False, exclude=None)
    assert built.relations() == relations
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())
    last_run = "select definition from footfall_states where relation_name = 'last run'"
    assert built.value(last_run) == results["metadata"]["invocation_id"]
    assert set(built.marts()) - left_alone(tmp_path) == set()


def left_alone(folder: Path) -> set[str]:
    """The models of which the last run in a folder found that nothing has changed."""
    results = json.loads((folder / "target" / "run_results.json").read_text())
    return {
        result["unique_id"].split(".")[-1]
        for result in results["results"]
        if result["message"] == "UNCHANGED"
    }


def test_spend_that_changes_by_itself_reaches_the_marts(tmp_path: Path) -> None:
    """No event came: what spend makes is made anew, the rest is left alone.

    A new host of spend is known, and a row that went is gone. A third run has no news.
    """
    ad = dict.fromkeys(("campaign", "clicks", "impressions"), "1")
    ad |= {"spend_date": "2026-05-04", "medium": "cpc", "currency": "EUR"}
    kept = ad | {"source": "news.example", "cost": "1.50"}
    gone = ad | {"source": "gone.example", "cost": "2.00"}
    later = ad | {"source": "later.example", "cost": "4.00"}
    rows = visitor_events(random.Random(1), 1, 1)
    spend = tmp_path / "spend.parquet"
    settings = one_source(tmp_path / "events.parquet", COLUMNS, spend=str(spend))
    built_of = partial(
        run, tmp_path, rows, ROOT, settings=settings, select="+mart_channel__daily"
    )
    spent = "select source, spend from fct_ad_spend order by source"
    hosts = "select host_name from int_hosts__registered order by 1"
    write_parquet(spend, [kept, gone])
    built_of(is_first=True)
    write_parquet(spend, [kept, later])
    built = built_of(is_first=False)
    assert built.rows(spent) == [
        ("later.example", Decimal("4.00")),
        ("news.example", Decimal("1.50")),
    ]
    assert ("later.example",) in built.rows(hosts)
    assert built.value("select sum(spend) from mart_channel__daily") == Decimal("5.50")
    assert "fct_sessions" in left_alone(tmp_path)
    assert "fct_ad_spend" not in left_alone(tmp_path)
    built_of(is_first=False)
    assert {"fct_ad_spend", "mart_channel__daily"} <= left_alone(tmp_path)


@pytest.mark.long  # `make test` asks what such a run leaves of text files.
def test_a_run_that_read_nothing_is_made_good_by_the_next(tmp_path: Path) -> None:
    """What is made of no rows is not taken for that of all; tables and views stay."""
    rows = visitor_events(random.Random(1), 1, 2)
    models_of = "from int_attribution_models__resolved order by all"
    visible = "select count(*) from int_events__screened"
    for name in ("full", "held"):
        (tmp_path / name).mkdir()
    select = "+int_attribution_models__resolved +int_sessions__aggregated"
    built_of = partial(run, project=ROOT, select=select)
    expected = contents(built_of(tmp_path / "full", rows, is_first=True))
    held = tmp_path / "held"
    stays: list[Row] = []
    for delivered in (arrived(rows, 0), rows):
        empty = built_of(held, delivered, is_first=True, flags=["--empty"])
        assert empty.rows(models_of) == stays
        assert (empty.value(visible) > 0) == bool(stays)
        built = built_of(held, delivered, is_first=True)
        stays = built.rows(models_of)
        assert stays
    assert unlike(built, expected) == []


# `make test` asks of settings that are drawn anew between runs, but of no chain.
@pytest.mark.long
@pytest.mark.longest
def test_a_var_that_no_stored_row_goes_by_needs_no_full_refresh(
    tmp_path: Path, rows_of_mutants: list[Event]
) -> None:
    """What is made by it is made anew without news, and equals a full refresh."""
    chosen = {"attribution_counts_non_converting": False}
    for name in ("full", "kept"):
        (tmp_path / name).mkdir()

    def built(
        name: str, changed: Mapping[str, object] | None, *, is_first: bool
    ) -> Build:
        """About the chain, so it is part of the build."""
        return run(
            tmp_path / name,
            rows_of_mutants,
            ROOT,
            is_first=is_first,
            exclude=None,
            settings=changed,
        )

    full = built("full", chosen, is_first=True)
    built("kept", None, is_first=True)
    for changed, differs in ((None, True), (chosen, False)):
        kept = built("kept", changed, is_first=False)
        found = unlike(kept, contents(full))
        assert ("mart_attribution__removal_effects" in found) == differs
    assert found == []


# `make test` asks of drawn bursts, of which copies arrive later, above.
@pytest.mark.long
def test_a_visitor_becomes_a_bot_and_a_person_again(tmp_path: Path) -> None:
    """By a late event, and by an earlier copy of it; all its other events follow."""
    first = {"visitor_id": "v", "event_name": "page_view", "batch": 0}
    rows: list[Event] = [
        first
        | {
            "event_id": f"e{number}",
            "occurred_at": START + number * timedelta(seconds=0.5),
            "received_at": START + timedelta(days=1),
        }
        for number in range(3)
    ]
    rows.append(rows[0] | {"event_id": "other day", "occurred_at": START - GAPS[-1]})
    late = {"event_id": "e3", "occurred_at": START + timedelta(seconds=2), "batch": 1}
    rows.append(rows[0] | late | {"received_at": START + timedelta(days=3)})
    earlier = {"occurred_at": START + timedelta(seconds=2) + MICROSECOND, "batch": 2}
    rows.append(rows[-1] | earlier | {"received_at": START + timedelta(days=2)})
    accepted = []

    def look(batch: int, built: Build) -> None:
        accepted.append(built.value("select count(*) from fct_events"))
        bots = built.rows(
            "select distinct bot_reason from mart_quality__rejected_events"
            " where rejection_reason = 'bot'"
        )
        assert bots == [("more than 3 acts in 2 seconds",)] * (batch == 1)

    assert differences(tmp_path, rows, 3, look) == []
    assert accepted == [4, 0, 5]


# What of a project may be another than yesterday: a setting, or text of a file.
Edits = Mapping[str, tuple[str, str]]

SESSIONS = "models/intermediate/facts/int_sessions__described.sql"
PAUSE = "macros/is_past_timeout.sql"
RULES = "seeds/rules/channel_rules_custom.csv"
# No rule is needed to know them: what is logged, judged, and cut into sessions.
NEEDS_NO_CHANNEL = {
    "int_events__logged",
    "int_events__copied",
    "int_user_agents__classified",
    "int_hosts__registered",
    "int_visitors__consented",
    "int_visitors__paced",
    "int_events__flagged",
    "int_events__sessionized",
    "int_events__sourced",
    "int_sessions__aggregated",
    "int_visitors__identified",
    "int_sessions__identified",
    "int_session_sources__ordered",
    "int_visitor_persons__spanned",
    "int_conversions__valued",
    "int_searches__followed",
    "int_shopping_events__listed",
    "fct_items",
}
NEEDS_NO_SESSION = {
    "int_events__logged",
    "int_events__copied",
    "int_user_agents__classified",
    "int_hosts__registered",
    "int_visitors__consented",
    "int_visitors__paced",
    "int_events__flagged",
    "int_events__sourced",
    "int_visitors__identified",
}
OWN_RULE = "10,our_news,Display,,,^news$,,,,,,,,,,source {source} is ours\n"


def edited(project: Path, edits: Edits) -> Path:
    """A copy of the project in which texts of files are others, or rows were added."""
    project.mkdir()
    copy_project(project)
    for name, (old, new) in edits.items():
        text = (project / name).read_text()
        if old:
            assert text.count(old) == 1
            (project / name).write_text(text.replace(old, new))
        else:
            (project / name).write_text(text + new)
    return project


def filled(built: Build) -> dict[str, int]:
    """In which run each kept relation was last filled."""
    return dict(
        built.rows(
            "select relation_name, filled_number from footfall_states"
            " where filled_number > 0"
        )
    )


def kept_models(built: Build) -> set[str]:
    """Names of models whose rows stay from run to run."""
    return {
        node["name"]
        for node in built.manifest()["nodes"].values()
        if node["config"]["materialized"] == "kept"
        and node["config"]["meta"]["scope"] not in ("all", "run")
    }


@pytest.fixture(scope="module")
def stored(shared: Path, rows_of_mutants: list[Event]) -> Build:
    """A build of the first batch, which no test changes."""
    rows = arrived(rows_of_mutants, 0)
    return once(
        folder_of(shared, "the first batch is stored"),
        lambda folder: run(folder, rows, ROOT, is_first=True),
    )


def again(stored: Build, folder: Path) -> Path:
    """A copy of a build, to run in again."""
    folder.mkdir()
    shutil.copy(stored.database, folder)
    return folder


Fresh = Callable[[Edits, Mapping[str, object]], dict[str, list[Row]]]


@pytest.fixture(scope="module")
def fresh(shared: Path, rows_of_mutants: list[Event]) -> Fresh:
    """What a full refresh makes of both batches, by other rules or settings."""

    def full_refresh(
        edits: Edits, chosen: Mapping[str, object]
    ) -> dict[str, list[Row]]:
        def make(folder: Path) -> Build:
            project = edited(folder / "project", edits)
            return run(folder, rows_of_mutants, project, is_first=True, settings=chosen)

        return contents(once(folder_of(shared, "fresh", edits, chosen), make))

    return full_refresh


CHANGES = [
    pytest.param(
        {},
        {RULES: ("", OWN_RULE)},
        "rules channel_rules_custom changed",
        NEEDS_NO_CHANNEL,
        id="a row of rules",
    ),
    pytest.param(
        {},
        {PAUSE: ("else '>' }}", "else '>=' }}")},
        "macro is_past_timeout changed",
        NEEDS_NO_SESSION,
        id="a macro",
    ),
    pytest.param(
        {"session_timeout_minutes": 45},
        {},
        "var session_timeout_minutes changed",
        NEEDS_NO_SESSION,
        id="a var",
    ),
    pytest.param(
        {},
        {SESSIONS: ("page_view_count >= 2", "page_view_count >= 3")},
        "model int_sessions__described changed",
        NEEDS_NO_CHANNEL | {"int_page_views__numbered"},
        id="a model",
    ),
]


@pytest.mark.longest
@pytest.mark.parametrize(
    ("settings", "edits", "reason", "stays"), some(CHANGES, TRIALS.changes)
)
def test_what_is_defined_otherwise_is_filled_anew(
    tmp_path: Path,
    rows_of_mutants: list[Event],
    stored: Build,
    fresh: Fresh,
    settings: Mapping[str, object],
    edits: Edits,
    reason: str,
    stays: set[str],
) -> None:
    """And nothing else is, though a batch comes with it; the run says what and why."""
    built = run(
        again(stored, tmp_path / "kept"),
        rows_of_mutants,
        edited(tmp_path / "project", edits),
        is_first=True,
        settings=settings,
    )
    refilled = {
        name
        for name, number in filled(built).items()
        if number != filled(stored).get(name)
    } & kept_models(built)
    assert kept_models(built) - refilled == stays
    assert built.logged.splitlines() == [
        f"Filled anew, since {reason}: {', '.join(sorted(refilled))}."
    ]
    assert unlike(built, fresh(edits, settings)) == []


def test_what_is_said_otherwise_is_not_filled_anew(
    tmp_path: Path, rows_of_mutants: list[Event], stored: Build
) -> None:
    """A comment in a model or in a macro changes no row."""
    project = edited(
        tmp_path / "project",
        {
            SESSIONS: ("-- Long enough", "-- Long, and then some: enough"),
            PAUSE: ("{#- Whether", "{#- Says whether"),
        },
    )
    folder = again(stored, tmp_path / "kept")
    built = run(folder, arrived(rows_of_mutants, 0), project, is_first=True)
    assert built.logged == ""
    assert {name: filled(built)[name] for name in kept_models(built)} == {
        name: filled(stored)[name] for name in kept_models(stored)
    }
    assert unlike(built, contents(stored)) == []


# `make test` asks it of rules and vars.
@pytest.mark.long
def test_own_hosts_of_a_new_source_count_for_all(
    tmp_path: Path, rows_of_mutants: list[Event]
) -> None:
    """What tells where visits came from is filled anew; the log is only added to."""
    rows = arrived(rows_of_mutants, 0)
    more = write_parquet(
        tmp_path / "more.parquet",
        [
            {
                "event_id": "more-1",
                "visitor_id": "more",
                "occurred_at": START,
                "event_name": "page_view",
            }
        ],
    )

    def built_of(name: str, *, is_first: bool, has_more: bool) -> Build:
        (tmp_path / name).mkdir(exist_ok=True)
        given = one_source(tmp_path / name / "events.parquet", COLUMNS)
        if has_more:
            columns = ["event_id", "visitor_id", "occurred_at", "event_name"]
            other = one_source(more, columns, own_hosts=["www.google.com"])
            given["sources"]["more"] = other["sources"]["own"]
        return run(tmp_path / name, rows, ROOT, is_first=is_first, settings=given)

    from_google = "select count(*) from fct_sessions where source = 'google'"
    before = built_of("kept", is_first=True, has_more=False)
    assert before.value(from_google) > 0
    logged = filled(before)["int_events__logged"]
    built = built_of("kept", is_first=False, has_more=True)
    assert built.value(from_google) == 0
    assert filled(built)["int_events__logged"] == logged
    assert unlike(built, contents(built_of("full", is_first=True, has_more=True))) == []


@pytest.mark.long  # `make test` asks of rules that change between runs.
def test_rules_count_once_they_are_loaded(
    tmp_path: Path, rows_of_mutants: list[Event], stored: Build
) -> None:
    """A run without the seeds goes by what was loaded, not by what a file says."""
    project = edited(tmp_path / "project", {RULES: ("", OWN_RULE)})
    rows = arrived(rows_of_mutants, 0)
    folder = again(stored, tmp_path / "kept")
    ours = "select count(*) from fct_sessions where channel_rule_id = 'our_news'"
    for is_loaded in (False, True):
        built = run(folder, rows, project, is_first=is_loaded, select="+fct_sessions")
        told = "since rules channel_rules_custom changed: " in built.logged
        assert (told, built.value(ours) > 0) == (is_loaded, is_loaded)


@pytest.mark.long  # `make test` asks of builds that are killed.
@pytest.mark.longest
@pytest.mark.parametrize(
    ("broken", "edits"),
    [
        ("int_conversions__explained", {RULES: ("", OWN_RULE)}),
        ("int_events__copied", {}),
        ("int_sessions__aggregated", {}),
    ],
)
def test_a_run_that_ends_on_the_way_is_made_good_by_the_next(
    tmp_path: Path,
    rows_of_mutants: list[Event],
    stored: Build,
    fresh: Fresh,
    broken: str,
    edits: Edits,
) -> None:
    """Some took in what was logged, or were filled anew; who reads them did not."""
    whole_project = edited(tmp_path / "whole project", edits)
    (path,) = ROOT.glob(f"models/**/{broken}.sql")
    text = path.read_text()
    mistake = {str(path.relative_to(ROOT)): (text, f"{text}\nwhere nobody = 1\n")}
    project = edited(tmp_path / "project", {**edits, **mistake})
    folder = again(stored, tmp_path / "kept")
    with pytest.raises(AssertionError, match="nobody"):
        run(folder, rows_of_mutants, project, is_first=True)
    built = run(folder, rows_of_mutants, whole_project, is_first=True)
    assert unlike(built, fresh(edits, {})) == []


@pytest.mark.long  # `make test` asks nothing of it.
@pytest.mark.parametrize(
    "dropped",
    [
        [
            "int_traffic_sources__channelled",
            "int_visitors__changed",
            "int_journeys__pathed",
            "mart_device__daily",
        ],
        ["int_sessions__aggregated"],
        ["int_events__logged"],
    ],
)
def test_relations_that_somebody_dropped_are_made_again(
    tmp_path: Path, rows_of_mutants: list[Event], stored: Build, dropped: list[str]
) -> None:
    """Whatever they hold, and with them what is made of them."""
    folder = again(stored, tmp_path / "kept")
    with duckdb.connect(str(folder / "footfall.duckdb")) as connection:
        for name in dropped:
            connection.execute(f"drop table {name}")
    built = run(folder, arrived(rows_of_mutants, 0), ROOT, is_first=False)
    assert unlike(built, contents(stored)) == []


@pytest.mark.parametrize(
    ("select", "settings", "edits", "said"),
    [
        pytest.param(
            "int_visitors__changed int_sessions__aggregated"
            " int_views__repeated int_views__kept",
            {"session_timeout_minutes": 45},
            {},
            "int_sessions__aggregated reads int_events__sessionized, which has to be"
            " filled anew since var session_timeout_minutes changed and is not"
            " selected: select +int_sessions__aggregated, or run dbt build.",
            id="rows that are kept",
        ),
        pytest.param(
            "channel_rules_custom int_visitors__changed"
            " int_views__repeated int_views__kept int_page_views__numbered"
            " int_sessions__channelled"
            " int_sessions__described",
            {},
            {RULES: ("", OWN_RULE)},
            " reads int_traffic_sources__channelled, which has to be made anew since"
            " rules channel_rules_custom changed and is not selected: select +",
            id="a table that is made anew",
        ),
    ],
)
def test_a_selection_without_what_must_be_filled_anew_stops_the_run(
    tmp_path: Path,
    rows_of_mutants: list[Event],
    stored: Build,
    select: str,
    settings: Mapping[str, object],
    edits: Edits,
    said: str,
) -> None:
    """What it made would pass for one of today's rules."""
    project = edited(tmp_path / "project", edits)
    folder = again(stored, tmp_path / "kept")
    rows = arrived(rows_of_mutants, 0)
    with pytest.raises(AssertionError) as stopped:
        run(folder, rows, project, is_first=True, select=select, settings=settings)
    assert said in str(stopped.value)
    sessions = "from fct_sessions order by session_id"
    assert Build(folder, False, "").rows(sessions) == stored.rows(sessions)


# What may be another from one run to the next, each by itself or with others.
COURSE_EDITS: list[Edits] = [
    {},
    {RULES: ("", OWN_RULE)},
    {PAUSE: ("else '>' }}", "else '>=' }}")},
    {SESSIONS: ("page_view_count >= 2", "page_view_count >= 3")},
]
COURSE_SETTINGS: list[dict[str, object]] = [
    {},
    {"session_timeout_minutes": 45},
    {"accept_unknown_consent": False},
    {"attribution_path": "collapsed"},
    {"bot_limit_events": 4},
]
PARTS = [
    "+int_events__flagged",
    "+int_sessions__aggregated",
    "+fct_sessions",
    "+int_journeys__pathed",
    "+mart_device__daily +int_orders__claimed",
]


@pytest.mark.longest
@settings(
    max_examples=TRIALS.courses,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32))
def test_whatever_happened_between_runs_the_last_equals_a_full_refresh(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Batches, rules, settings, runs of a part and without seeds, in drawn order."""
    chance = random.Random(seed)
    steps = TRIALS.course_steps
    folder = tmp_path_factory.mktemp("course")
    projects = [
        edited(folder / f"project {number}", edits)
        for number, edits in enumerate(COURSE_EDITS)
    ]
    rows = [
        row
        for visitor in range(TRIALS.course_visitors)
        for row in visitor_events(chance, visitor, steps + 1)
    ]
    for name in ("kept", "full"):
        (folder / name).mkdir()
    said = []
    project, chosen, batch = projects[0], COURSE_SETTINGS[0], 0
    for step in range(steps):
        if chance.random() < 0.4:
            project = chance.choice(projects)
        if chance.random() < 0.4:
            chosen = chance.choice(COURSE_SETTINGS)
        if chance.random() < 0.7:
            batch += 1
        part = chance.choice([None, *PARTS])
        loads_seeds = step == 0 or chance.random() < 0.7
        said.append((project.name, chosen, batch, part, loads_seeds))
        run(
            folder / "kept",
            arrived(rows, batch),
            project,
            is_first=loads_seeds,
            select=part,
            settings=chosen,
        )
    run_of = partial(run, rows=rows, project=project, settings=chosen, is_first=True)
    built, full = run_of(folder / "kept"), run_of(folder / "full")
    assert unlike(built, contents(full)) == [], said


@pytest.mark.parametrize(
    ("alone", "passing"),
    [
        ("int_persons__changed", "int_visitors__changed"),
        ("int_sessions__aggregated", "int_visitors__changed"),
        ("int_conversions__explained", "int_conversions__staged"),
    ],
)
def test_a_model_without_what_its_run_looks_at_stops_the_run(
    tmp_path: Path, alone: str, passing: str
) -> None:
    """It would take what another run looked at for all there is."""
    made = run_dbt(tmp_path, {}, alone, ROOT, loads_seeds=False)
    assert not made.is_green
    assert f" reads {passing}, which holds only what its own run" in made.said
    assert made.relations() == []


def test_a_source_that_lost_events_stops_the_run(tmp_path: Path) -> None:
    """It may be a file that has not come yet: what is held stays held."""
    rows = visitor_events(random.Random(1), 1, 1)
    first = run(tmp_path, rows, ROOT, is_first=True, select="+fct_events")
    before = first.rows("from fct_events order by 1")
    events = write_parquet(
        tmp_path / "events.parquet",
        [{name: row.get(name) for name in COLUMNS} for row in rows[1:]],
    )
    settings = one_source(events, COLUMNS) | PACE
    built = run_dbt(tmp_path, settings, "+fct_events", ROOT, loads_seeds=False)
    assert not built.is_green
    in_the_hour = [r for r in rows if r["received_at"] == rows[0]["received_at"]]
    assert f"now has {len(in_the_hour) - 1} events" in built.said
    assert built.rows("from fct_events order by 1") == before
