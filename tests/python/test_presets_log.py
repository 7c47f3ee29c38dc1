"""A web server's log by name: lines of every kind, and the figures of a public one."""

import gzip
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from harness import SHARED, Build, Builder, needs
from tiers import IS_ALL

ACCESS_LOG = SHARED / "data" / "apache_log" / "access.log.gz"
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0.0.0 Safari/537.36"


def line(
    request: str = "GET / HTTP/1.1",
    at: str = "02/Mar/2026:10:00:00 +0100",
    status: str = "200",
    address: str = "192.0.2.1",
    user: str = "-",
    referrer: str = "-",
    agent: str = AGENT,
    more: str = "",
) -> str:
    """One line of the combined format."""
    start = f'{address} - {user} [{at}] "{request}" {status} 512'
    return f'{start} "{referrer}" "{agent}"{more}'


LINES = [
    line("GET /shop?utm_source=letter&utm_medium=email HTTP/1.1"),
    # The same again, as a browser asks twice: two requests.
    line("GET /style.CSS?v=2 HTTP/1.1", at="02/Mar/2026:10:00:01 +0100"),
    line("GET /style.CSS?v=2 HTTP/1.1", at="02/Mar/2026:10:00:01 +0100"),
    line("GET /missing HTTP/1.1", status="404", at="02/Mar/2026:10:00:01 +0100"),
    line("POST /order HTTP/1.1", at="02/Mar/2026:10:00:01 +0100"),
    line("GET /about HTTP/2.0", status="304", at="02/Mar/2026:10:10:00 +0100"),
    line("GET /wiki HTTP/1.1", address="2001:db8::7", user="ann", more=' "-" 0.012'),
    line("GET /from HTTP/1.1", address="192.0.2.9", referrer="https://www.google.com/"),
    # What scanners send: no request line, and a quote in an agent.
    line(r"\x16\x03\x01", status="400", address="192.0.2.66", agent=r"a \"b\" c"),
    line("-", status="408", address="192.0.2.66", agent="-"),
    line()[:40],
    "",
]


def logged(folder: Path, lines: list[str], **options: Any) -> dict[str, Any]:
    """Vars that read the lines, half of them from a log that was rotated."""
    half = len(lines) // 2
    (folder / "access.log").write_text("\n".join(lines[half:]) + "\n")
    (folder / "access.log.1").write_text("\n".join(lines[:half]) + "\n")
    source = {"preset": "access_log", "events": f"{folder}/access.log*"} | options
    return {"sources": {"log": source}}


@pytest.fixture(scope="module")
def made(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The lines, built for a shop."""
    folder = tmp_path_factory.mktemp("log")
    found = build(
        logged(folder, LINES, own_hosts=["shop.example"]),
        select="+fct_sessions +int_events__classified",
    )
    assert found.is_green, found.said
    return found


def test_each_line_is_an_event_or_set_aside(made: Build) -> None:
    """A page that was given is a view; what else was asked for starts no session."""
    nine = datetime(2026, 3, 2, 9)
    then, later = nine + timedelta(seconds=1), nine + timedelta(minutes=10)
    assert made.rows(
        "select event_name, page_host, page_path, occurred_at, user_id"
        " from int_events__classified where rejection_reason is null"
        " order by occurred_at, page_path nulls last, event_id"
    ) == [
        ("page_view", "shop.example", "/from", nine, None),
        ("page_view", "shop.example", "/shop", nine, None),
        ("page_view", "shop.example", "/wiki", nine, "ann"),
        ("request", None, None, nine, None),
        ("request", None, None, nine, None),
        ("request", "shop.example", "/missing", then, None),
        ("request", "shop.example", "/order", then, None),
        ("request", "shop.example", "/style.CSS", then, None),
        ("request", "shop.example", "/style.CSS", then, None),
        ("page_view", "shop.example", "/about", later, None),
    ]
    assert made.rows(
        "select unread_reason, line_text from stg_files__lines"
        " where unread_reason is not null"
    ) == [("no_log_line", line()[:40])]


def test_sessions_come_of_pages_alone(made: Build) -> None:
    """Each pair of address and agent is a visitor; one who saw no page has none."""
    assert made.rows(
        "select channel, page_view_count, event_count, duration_seconds"
        " from fct_sessions order by all"
    ) == [("Direct", 1, 1, 0), ("Email", 2, 6, 600), ("Organic Search", 1, 1, 0)]


def test_no_address_is_in_any_event(made: Build) -> None:
    """A visitor is a hash, and no text of an event holds what it was made of."""
    events = made.rows(
        "select int_events__classified :: text from int_events__classified"
    )
    assert events
    assert not [row for (row,) in events if "192.0.2" in row or "2001:db8" in row]


def test_a_log_that_was_rotated_has_the_same_events(
    build: Builder, made: Build, tmp_path: Path
) -> None:
    """Neither a file's name nor a line's place in it is part of an event."""
    rotated = build(
        logged(tmp_path, LINES[5:] + LINES[:5], own_hosts=["shop.example"]),
        select="+fct_sessions +int_events__classified",
    )
    ids = "select event_id from int_events__classified order by 1"
    assert rotated.rows(ids) == made.rows(ids)


def test_a_visitor_is_forgotten_daily_and_salted(
    build: Builder, made: Build, tmp_path: Path
) -> None:
    """With a salt other ids; and the same person on another day is another visitor."""
    lines = [line(), line(at="03/Mar/2026:10:00:00 +0100")]
    options = {"salt": "s3cret", "forgets_visitors_daily": True}
    found = build(logged(tmp_path, lines, **options), select="+int_events__classified")
    visitors = {
        row for (row,) in found.rows("select visitor_id from int_events__classified")
    }
    assert len(visitors) == 2
    others = {
        row for (row,) in made.rows("select visitor_id from int_events__classified")
    }
    assert not visitors & others


@pytest.mark.long  # `make test` asks that a salt counts, above.
def test_a_salt_may_stand_in_the_environment(
    build: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dbt renders no var; a call left as it is would be a salt that everybody knows."""
    monkeypatch.setenv("SHOP_SALT", "pepper")
    visitors = []
    for salt in ("pepper", "{{ env_var('SHOP_SALT') }}"):
        found = build(
            logged(tmp_path, [line()], salt=salt), select="+int_events__classified"
        )
        assert found.is_green, found.said
        visitors += found.rows("select visitor_id from int_events__classified")
    assert visitors[0] == visitors[1]


def test_a_line_with_more_before_the_address_makes_nobody_else_of_a_visitor(
    build: Builder, tmp_path: Path
) -> None:
    """A host is known by its port; a line that has it otherwise is set aside."""
    address = line("GET /a HTTP/1.1", address="192.0.2.1")
    other = line("GET /b HTTP/1.1", address="2001:db8::7")
    lines = [
        f"www.shop.example:443 {address}",
        f"m.shop.example:80 {other}",
        line("GET /c HTTP/1.1", address="abcd:1"),
        f"www.shop.example {address}",
        f"198.51.100.1, {address}",
        line("GET /d HTTP/1.1", user='""'),
        line("GET /e HTTP/1.1", user="ann - lee"),
    ]
    found = build(
        logged(tmp_path, lines, own_hosts=["shop.example"]),
        select="+int_events__classified",
    )
    assert found.is_green, found.said
    assert found.rows(
        "select page_host, page_path, user_id from int_events__classified"
        " order by page_path"
    ) == [
        ("www.shop.example", "/a", None),
        ("m.shop.example", "/b", None),
        ("shop.example", "/c", None),
        ("shop.example", "/d", None),
        ("shop.example", "/e", "ann - lee"),
    ]
    # Of /a, /d and /e, of /b, and of /c: three addresses with one browser.
    assert found.rows(
        "select count(distinct visitor_id) from int_events__classified"
    ) == [(3,)]
    assert found.rows(
        "select count(*) from stg_files__lines where unread_reason = 'no_log_line'"
    ) == [(2,)]


def test_what_is_no_path_is_joined_to_no_host(build: Builder, tmp_path: Path) -> None:
    """Whole addresses stand as they are; a star or a host to connect to is no page."""
    lines = [
        line("GET http://www.other.example/x HTTP/1.1"),
        line("OPTIONS * HTTP/1.1"),
        line("CONNECT www.other.example:443 HTTP/1.1"),
    ]
    found = build(
        logged(tmp_path, lines, own_hosts=["shop.example"]),
        select="+int_events__classified",
    )
    assert found.is_green, found.said
    assert found.rows(
        "select page_host, page_path from int_events__classified order by all"
    ) == [("www.other.example", "/x"), (None, None), (None, None)]


@needs(ACCESS_LOG)
def test_a_public_log_has_the_figures_that_others_found(
    build: Builder, tmp_path: Path
) -> None:
    """10,000 lines, one of them cut off, packed or not."""
    path = tmp_path / "access_log"
    path.write_bytes(gzip.decompress(ACCESS_LOG.read_bytes()))
    figures = []
    # In `make test` packed alone.
    places = (path, ACCESS_LOG) if IS_ALL else (ACCESS_LOG,)
    for place in places:
        source = {"preset": "access_log", "events": str(place)}
        found = build({"sources": {"log": source}}, select="+int_events__classified")
        assert found.is_green, found.said
        figures += found.rows(
            "select count(*), count(distinct event_id), count(distinct visitor_id),"
            " count_if(event_name = 'page_view'),"
            " (select count(unread_reason) from stg_files__lines)"
            " from int_events__classified"
        )
    assert figures == [(9_999, 9_999, 1_861, 3_950, 1)] * len(places)
