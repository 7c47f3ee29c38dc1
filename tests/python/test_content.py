"""Pages, searches and paths are those of a plain loop; planted effects are found."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import erfc, sqrt
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from harness import Build

from simulator.draw import Period
from simulator.effects import HURTS, LEAVES, LOSES
from simulator.run import Options, simulate

Key = tuple[Any, ...]
# The counts of one page, device, day and place: slow views and their exits, fast ones
# and theirs.
Cell = tuple[int, int, int, int]

SLOW_MS, PAGES, PATHS, STEPS = 2_500, 20, 20, 5
GROUPS = {
    "search": "Search",
    "category": "Category",
    "product": "Product",
    "cart": "Cart",
    "checkout": "Checkout",
    "account": "Account",
    "blog": "Blog",
}
NORMAL = 1.959963984540054
QUIET, SEEDS = "/category/maps", (1, 2, 3)


def label(host: str | None, path: str | None) -> str:
    """What a page is called, and a screen, which has no host."""
    return host + (path or "") if host else path or "(unknown)"


def two_sided(score: float) -> float:
    """How often chance alone gives a score so far from 0."""
    return erfc(abs(score) / sqrt(2))


def adjusted(values: list[float]) -> list[float]:
    """Benjamini and Hochberg's step-up rule, over values in ascending order."""
    return [
        min(values[k] * len(values) / (k + 1) for k in range(place, len(values)))
        for place in range(len(values))
    ]


def standardised(cells: Iterable[Cell]) -> tuple[float, float]:
    """Mantel and Haenszel's difference of shares and Sato's variance of it.

    As in K. J. Rothman and others, Modern Epidemiology (2008), chapter 15: each cell's
    difference by its weight, then P and Q by their definition.
    """
    weighted = weights = p_sum = q_sum = 0.0
    for slow, slow_exits, fast, fast_exits in cells:
        total = slow + fast
        weight = slow * fast / total
        weights += weight
        weighted += weight * (slow_exits / slow - fast_exits / fast)
        p_sum += slow**2 * fast_exits / total**2
        p_sum -= fast**2 * slow_exits / total**2
        p_sum += slow * fast * (fast - slow) / (2 * total**2)
        q_sum += slow_exits * (fast - fast_exits) / (2 * total)
        q_sum += fast_exits * (slow - slow_exits) / (2 * total)
    gap = weighted / weights
    return gap, (gap * p_sum + q_sum) / weights**2


def test_pages_are_in_the_group_of_their_first_folder(demo: Build) -> None:
    """By the rules as shipped, in the dimension and wherever pages are listed."""
    rows = demo.rows("select page_host, page_path, page_group from dim_pages")
    assert len(rows) > 50
    for _, path, group in rows:
        folder = path.split("/")[1] if path.startswith("/") else "(unknown)"
        assert group == ("Home" if folder == "" else GROUPS.get(folder, "(no group)"))
    known = {tuple(row) for row in rows}
    for mart in ("pages_daily", "page_goals_daily", "exits", "speed_effects"):
        listed = demo.rows(
            "select distinct page_host, page_path, page_group"
            f" from mart_content__{mart}"
        )
        assert listed
        assert set(listed) <= known


def searches_by_loop(demo: Build) -> dict[Key, list[int]]:
    """Per day and term: searches, results, followed, refined, left, converting."""
    acts: dict[str, list[Key]] = defaultdict(list)
    for session, name, is_view, url, day in demo.rows(
        "select events.session_id, events.event_name, views.event_id is not null,"
        " events.page_url, events.occurred_date"
        " from fct_events as events left join fct_page_views as views"
        " on events.source_name = views.source_name"
        " and events.event_id = views.event_id"
        " where events.session_id is not null"
        " and (views.event_id is not null or events.event_name = 'search')"
        " order by events.session_id, events.event_number"
    ):
        said = parse_qs(urlsplit(url or "").query).get("q", [""])[0]
        term = " ".join(said.lower().split())
        assert is_view or name == "search"
        acts[session].append((term or ("" if is_view else "(unknown)"), is_view, day))
    converted = {
        session
        for (session,) in demo.rows(
            "select session_id from fct_sessions where has_conversion"
        )
    }
    found: dict[Key, list[int]] = defaultdict(lambda: [0] * 6)
    for session, walk in acts.items():
        for term in {term for term, *_ in walk if term}:
            first = [each for each, *_ in walk].index(term)
            later = [each for each, *_ in walk[first:] if each != term]
            views = [is_view for each, is_view, _ in walk if each == term]
            sums = found[walk[first][2], term]
            sums[0] += 1
            sums[1] += max(views.count(True), views.count(False))
            sums[2] += bool(later) and not later[0]
            sums[3] += bool(later) and bool(later[0])
            sums[4] += not later
            sums[5] += session in converted
    return dict(found)


def test_searches_are_those_of_a_plain_loop(demo: Build) -> None:
    """Each term once in a session, with what came next."""
    expected = searches_by_loop(demo)
    found = {
        tuple(row[:2]): list(row[2:])
        for row in demo.rows(
            "select report_date, search_term, searches, result_views,"
            " followed_searches, refined_searches, left_searches, converting_searches"
            " from mart_content__searches_daily"
        )
    }
    assert found == expected
    assert {term for _, term in found} >= {"tent", "rain jacket"}
    assert all(sum(sums[place] for sums in found.values()) for place in range(6))


def test_exits_are_told_with_chance_as_by_a_plain_loop(demo: Build) -> None:
    """Those beyond the place, their interval, and what many looks cost."""
    views = demo.rows(
        "select page_host, page_path, view_number, is_exit,"
        " coalesce(device_category, '(unknown)')"
        " from fct_page_views inner join fct_sessions using (session_id)"
    )
    places: dict[Key, list[int]] = defaultdict(list)
    for *_, number, is_exit, device in views:
        places[device, min(number, 10)].append(is_exit)

    def rounded(value: Decimal) -> Decimal:
        return value.quantize(Decimal("0.000001"), ROUND_HALF_UP)

    def rates(exits: list[int]) -> tuple[Decimal, Decimal]:
        left, seen = Decimal(sum(exits)), len(exits)
        return rounded(left / seen), rounded(left * (seen - left) / seen**2)

    expected_at = {place: rates(exits) for place, exits in places.items()}
    sums: dict[Key, list[Any]] = {}
    for host, path, number, is_exit, device in views:
        page = (host or "(unknown)", path or "(unknown)")
        of_page = sums.setdefault(page, [0, 0, Decimal(0), Decimal(0)])
        rate, variance = expected_at[device, min(number, 10)]
        for place, value in enumerate((1, is_exit, rate, variance)):
            of_page[place] += value
    rows = demo.rows(
        "select page_host, page_path, page_views, exits, expected_exits, excess_exits,"
        " excess_exit_rate_low, excess_exit_rate_high, p_value, adjusted_p_value,"
        " is_different from mart_content__exits"
        " order by coalesce(p_value, 2), page_host, page_path"
    )
    assert {tuple(row[:2]) for row in rows} == sums.keys()
    looked_at = [row for row in rows if row[8] is not None]
    assert 5 < len(looked_at) < len(rows)
    paid = adjusted([float(row[8]) for row in looked_at])
    for place, (host, path, *found) in enumerate(rows):
        seen, left, expected, variance = sums[host, path]
        assert found[:4] == [seen, left, expected, left - expected]
        if expected < 5 or seen - expected < 5:
            assert found[4:] == [None, None, None, None, False]
            continue
        gap, error = float(left - expected), sqrt(variance)
        assert [float(each) for each in found[4:8]] == pytest.approx(
            [
                (gap - NORMAL * error) / seen,
                (gap + NORMAL * error) / seen,
                two_sided(gap / error),
                paid[place],
            ],
            abs=2e-9,
        )
        assert found[8] == (paid[place] < 0.05)


def cells_by_loop(rows: Iterable[Key]) -> dict[Key, dict[Key, list[int]]]:
    """Per page, its cells, of (host, path, device, day, entrance, exit, ms)."""
    found: dict[Key, dict[Key, list[int]]] = defaultdict(
        lambda: defaultdict(lambda: [0] * 4)
    )
    for host, path, *cell, is_exit, load_ms in rows:
        counts = found[host or "(unknown)", path or "(unknown)"][tuple(cell)]
        first = 0 if load_ms >= SLOW_MS else 2
        counts[first] += 1
        counts[first + 1] += is_exit
    return found


LOADED = (
    "select page_host, page_path, coalesce(device_category, '(unknown)'), viewed_date,"
    " is_entrance, is_exit, page_load_ms"
    " from fct_page_views inner join fct_sessions using (session_id)"
    " where page_load_ms is not null"
)
EFFECTS = (
    "page_host, page_path, slow_views, slow_exits, fast_views, fast_exits,"
    " uncompared_views, difference, difference_low, difference_high, p_value,"
    " adjusted_p_value, is_different"
)


def assert_effects(rows: list[Key], loaded: Iterable[Key]) -> None:
    """Rows of mart_content__speed_effects are what the plain loop says of the views."""
    expected = cells_by_loop(loaded)
    rows = sorted(rows, key=lambda row: (2 if row[10] is None else row[10], row[:2]))
    paid = adjusted([float(row[10]) for row in rows if row[10] is not None])
    compared: dict[Key, list[Cell]] = {}
    for page, cells in expected.items():
        both = [(a, b, c, d) for a, b, c, d in cells.values() if a and c]
        if both:
            compared[page] = both
    assert {tuple(row[:2]) for row in rows} == compared.keys()
    for place, (host, path, *found) in enumerate(rows):
        pairs = compared[host, path]
        sums = [sum(counts) for counts in zip(*pairs, strict=True)]
        everybody = sum(a + c for a, _, c, _ in expected[host, path].values())
        assert found[:5] == [*sums, everybody - sums[0] - sums[2]]
        gap, variance = standardised(pairs)
        assert float(found[5]) == pytest.approx(gap, abs=2e-9)
        if min(sums[0], sums[2]) < 30 or variance <= 0:
            assert found[6:] == [None, None, None, None, False]
            continue
        error = sqrt(variance)
        assert [float(each) for each in found[6:10]] == pytest.approx(
            [
                gap - NORMAL * error,
                gap + NORMAL * error,
                two_sided(gap / error),
                paid[place],
            ],
            abs=2e-9,
        )
        assert found[10] == (paid[place] < 0.05)


def test_slow_views_are_compared_as_by_a_plain_loop(demo: Build) -> None:
    """Of the demo, whose pages are slow so seldom that nothing is said of chance."""
    rows = demo.rows(f"select {EFFECTS} from mart_content__speed_effects")
    assert rows
    assert_effects(rows, demo.rows(LOADED))


def test_paths_are_those_of_a_plain_loop(demo: Build) -> None:
    """To the goals and to the exit: the most frequent ones, and all others as one."""
    views: dict[str, list[Key]] = defaultdict(list)
    for session, at, host, path in demo.rows(
        "select session_id, viewed_at, page_host, page_path from fct_page_views"
        " order by session_id, view_number"
    ):
        views[session].append((at, label(host, path)))
    ends: list[Key] = [
        ("exit", "(exit)", session, None)
        for (session,) in demo.rows("select session_id from fct_sessions")
    ]
    ends += [
        ("goal", *end)
        for end in demo.rows(
            "select conversion_name, session_id, min(converted_at) from fct_conversions"
            " where is_goal and session_id is not null group by all"
        )
    ]
    walks: dict[Key, dict[str, list[int]]] = defaultdict(dict)
    for kind, name, session, ended in ends:
        seen = [page for at, page in views[session] if ended is None or at <= ended]
        steps = [
            page
            for page, last in zip(seen, [None, *seen], strict=False)
            if page != last
        ]
        path = " > ".join(steps[-STEPS:]) or "(no page)"
        if len(steps) > STEPS:
            path = f"(earlier pages) > {path}"
        loops = len(seen) - len(set(seen))
        sums = walks[kind, name].setdefault(path, [0, 0, 0, 0])
        for place, value in enumerate((1, loops > 0, len(seen), loops)):
            sums[place] += value
    expected: dict[Key, list[int]] = {}
    for end, paths in walks.items():
        ordered = sorted(paths, key=lambda path: (-paths[path][0], path.encode()))
        for rank, path in enumerate(ordered, start=1):
            listed = (rank, path) if rank <= PATHS else (PATHS + 1, "(other paths)")
            sums = expected.setdefault((*end, *listed), [0] * 5)
            for place, value in enumerate((1, *paths[path])):
                sums[place] += value
    found = {
        tuple(row[:4]): list(row[4:])
        for row in demo.rows(
            "select ending_kind, ending_name, path_rank, path, paths, sessions,"
            " looping_sessions, page_views, loops from mart_journey__paths"
        )
    }
    assert found == expected
    assert len(walks) == 3


def test_loops_are_those_of_a_plain_loop(demo: Build) -> None:
    """Each view of a page that its session had seen, and what stood between."""
    walks: dict[str, list[str]] = defaultdict(list)
    views: Counter[str] = Counter()
    for session, host, path in demo.rows(
        "select session_id, page_host, page_path from fct_page_views"
        " order by session_id, view_number"
    ):
        walks[session].append(label(host, path))
        views[label(host, path)] += 1
    shown = sorted(views, key=lambda name: (-views[name], name.encode()))[:PAGES]
    expected: Counter[Key] = Counter()
    for walk in walks.values():
        for place, page in enumerate(walk):
            if page not in walk[:place]:
                continue
            last = max(k for k in range(place) if walk[k] == page)
            via = walk[place - 1] if place - last == 2 else "(several pages)"
            if place - last == 1:
                via = "(nothing)"
            names = [
                name if name in shown or name.startswith("(") else "(other pages)"
                for name in (page, via)
            ]
            expected[tuple(names)] += 1
    rows = demo.rows("select page_name, via_name, loops from mart_journey__loops")
    assert {row[:2]: row[2] for row in rows} == expected
    assert {"(nothing)", "(several pages)", "(other pages)"} < {row[1] for row in rows}


class Marts:
    """The models' own SQL, over views that somebody made."""

    def __init__(self, demo: Build) -> None:
        self.compiled = demo.folder / "target" / "compiled" / "footfall" / "models"
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as footfall")

    def fill(self, views: str) -> None:
        """Views as a query names them, and what is made of them."""
        place = "footfall.main."
        self.connection.execute(f"create table {place}fct_page_views as {views}")
        self.connection.execute(
            f"create table {place}fct_sessions as select session_id,"
            " any_value(device_category) as device_category, false as is_bounce"
            f" from {place}fct_page_views group by session_id"
        )
        self.connection.execute(
            f"alter table {place}fct_page_views drop column device_category"
        )
        self.connection.execute(
            f"create table {place}dim_pages as select distinct page_host, page_path,"
            f" 'g' as page_group from {place}fct_page_views"
        )

    def rows(self, mart: str, columns: str) -> list[Key]:
        """What a mart of content has."""
        sql = (self.compiled / f"marts/content/mart_content__{mart}.sql").read_text()
        return self.connection.execute(f"select {columns} from ({sql})").fetchall()

    def exits(self, columns: str) -> list[Key]:
        """What the mart of exits has, made of that of days."""
        name = "mart_content__pages_daily"
        sql = (self.compiled / f"marts/content/{name}.sql").read_text()
        self.connection.execute(f"create table footfall.main.{name} as {sql}")
        return self.rows("exits", columns)


def views_of(folder: Path, seed: int, visitors: int, *, has_effects: bool) -> str:
    """A query of the views that a simulated shop has, in their true sessions."""
    period = Period(date(2026, 6, 1), 14)
    simulate(Options(visitors, period, seed, "parquet", folder, has_effects))
    return f"""
        with told as (
            select * from (
                select *, file_row_number as number
                from read_parquet('{folder}/raw_events.parquet', file_row_number = true)
            ) positional join (
                select session_id, true_occurred_at, rejection_reason
                from read_parquet('{folder}/truth/events.parquet')
            )
        ), viewed as (
            select
                session_id, device_category, true_occurred_at as viewed_at,
                cast(true_occurred_at as date) as viewed_date,
                cast(page_load_ms as bigint) as page_load_ms,
                null::decimal(5, 2) as scroll_percent, 0 as seconds_on_page,
                split_part(page_url, '/', 3) as page_host,
                '/' || split_part(split_part(page_url, '/', 4), '?', 1)
                || case when page_url like '%/%/%/%/%'
                    then '/' || split_part(split_part(page_url, '/', 5), '?', 1) else ''
                end as page_path,
                row_number() over (
                    partition by session_id order by true_occurred_at, number
                ) as view_number,
                count(*) over (partition by session_id) as view_count
            from told
            where rejection_reason is null and session_id is not null
                and event_name in ('page_view', 'screen_view')
        )
        select * exclude (view_count), view_number = 1 as is_entrance,
            view_number = view_count as is_exit
        from viewed
    """


def test_a_page_that_is_left_when_slow_is_found(demo: Build, tmp_path: Path) -> None:
    """Of all pages of a shop that is slow everywhere; the others stay quiet.

    But for one in twenty of those that are told of, which is what chance may have.
    """
    others: list[bool] = []
    for seed in SEEDS:
        marts = Marts(demo)
        marts.fill(views_of(tmp_path, seed, 30_000, has_effects=True))
        rows = marts.rows("speed_effects", EFFECTS)
        loaded = marts.connection.execute(
            LOADED.replace("fct_", "footfall.main.fct_")
        ).fetchall()
        assert_effects(rows, loaded)
        looked_at = {row[1]: row for row in rows if row[10] is not None}
        hurt = looked_at.pop(HURTS)
        assert hurt[12]
        # Four in ten of those who would have stayed, but for those who log in.
        cells = cells_by_loop(loaded)[hurt[:2]].values()
        stayed = 1 - sum(cell[3] for cell in cells) / sum(cell[2] for cell in cells)
        assert 0 < hurt[8] < LEAVES * stayed < hurt[9] + Decimal("0.1")
        assert not looked_at[QUIET][12]
        others += [row[12] for row in looked_at.values()]
    assert len(others) > 60
    assert sum(others) <= 1


def readers(views: str) -> str:
    """Those views whose sessions saw pages to read alone.

    Elsewhere pages have places of their own: nobody leaves a cart for good, and hardly
    anybody stays after an order.
    """
    return f"""
        with all_views as ({views})
        select * from all_views
        where session_id not in (
            select session_id from all_views
            where not (
                page_path = '/' or page_path like '/blog/%'
                or page_path like '/category/%'
            )
        )
    """


@pytest.mark.parametrize("has_effects", [True, False])
def test_a_page_that_is_left_more_often_is_found_and_no_other_one(
    demo: Build, tmp_path: Path, has_effects: bool
) -> None:
    """Nor any where no page does anything."""
    for seed in SEEDS:
        marts = Marts(demo)
        views = views_of(tmp_path, seed, 12_000, has_effects=has_effects)
        marts.fill(readers(views))
        rows = marts.exits("page_path, excess_exits, p_value, is_different")
        assert sum(p_value is not None for _, _, p_value, _ in rows) > 20
        found = {(path, excess > 0) for path, excess, _, different in rows if different}
        assert found == ({(LOSES, True)} if has_effects else set())


@pytest.mark.parametrize("effect", [0.0, 0.15])
def test_the_interval_holds_the_truth_nineteen_times_in_twenty(
    demo: Build, effect: float
) -> None:
    """Of 600 pages over days of few views that differ much from each other."""
    chance = np.random.default_rng(11)
    pages, days, views = 600, 20, 8
    shape = (pages, days, views)
    # On bad days more views are slow, and more people leave anyway.
    badness = chance.uniform(0, 1, (pages, days, 1))
    is_slow = chance.random(shape) < 0.1 + 0.5 * badness
    is_exit = chance.random(shape) < 0.1 + 0.6 * badness + effect * is_slow
    page, day, _ = np.indices(shape).reshape(3, -1)
    first_day = date(2026, 1, 1)
    made = pa.table(
        {
            "session_id": np.arange(page.size).astype(str),
            "page_host": ["h"] * page.size,
            "page_path": np.char.add("/", page.astype(str)),
            "viewed_date": [first_day + timedelta(days=int(each)) for each in day],
            "is_entrance": [True] * page.size,
            "is_exit": is_exit.ravel(),
            "page_load_ms": np.where(is_slow.ravel(), SLOW_MS, SLOW_MS - 1),
            "device_category": ["desktop"] * page.size,
        }
    )
    marts = Marts(demo)
    marts.connection.register("made", made)
    marts.fill("select * from made")
    rows = marts.rows(
        "speed_effects", "difference, difference_low, difference_high, is_different"
    )
    assert len(rows) == pages
    held = [low <= Decimal(str(effect)) <= high for _, low, high, _ in rows]
    assert 0.93 < sum(held) / pages < 0.97
    assert float(np.mean([float(gap) for gap, *_ in rows])) == pytest.approx(
        effect, abs=0.01
    )
    # What all slow and all fast views have differs by the days too.
    slow, exits = is_slow.ravel(), is_exit.ravel()
    assert exits[slow].mean() - exits[~slow].mean() > effect + 0.05
    told = sum(is_different for *_, is_different in rows)
    assert told == 0 if effect == 0 else told > pages / 10
