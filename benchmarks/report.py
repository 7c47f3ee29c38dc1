"""What the stored figures say: the README's table, docs/benchmarks.md, and its chart.

`python -m benchmarks.report` writes all three anew from benchmarks/results.
"""

import importlib.util
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.footfall import MAP_AND_SESSIONS
from benchmarks.measure import ROOT
from benchmarks.shapes import SHAPES
from scripts.pages import README, fill

RESULTS = ROOT / "benchmarks" / "results"
PUBLISHING = RESULTS / "publishing"
TOPICS = RESULTS / "topics"
PAGE = ROOT / "docs" / "benchmarks.md"
CHART = ROOT / "docs" / "benchmarks.svg"
NOT_MEASURED = "-"
BUILDS = {
    "copy": SHAPES["copy"].title,
    "floor": SHAPES["floor"].title,
    "sessions": "footfall to `fct_sessions`",
    "whole": "footfall, every model",
    "tested": "footfall, every model and test",
    "tight": "footfall, every model, within {tight}",
    "startup": "dbt's own start-up: one small seed",
}
BATCHES = {
    "latest": "the latest 1 % by arrival",
    "spread": "1 % spread over all time, arriving late",
    "none": "nothing new",
}
# What is delivered before a build that is published.
STEPS = {
    "first": "everything new",
    "none": "nothing new",
    "latest": "the latest 1 % by arrival",
}
# Topics beside the first: channel, device, funnel, attribution and quality.
TOPIC_SETS = {"none": "the first topics alone", "every": "every topic"}
SELECTED = {"sessions": "to `fct_sessions`", "whole": "every model"}
PEERS = {
    **{name: SHAPES[name].title for name in SHAPES if name not in ("copy", "floor")},
    "whole_visitors_latest": f"{SHAPES['whole_visitors'].title}: latest 1 %",
    "whole_visitors_spread": f"{SHAPES['whole_visitors'].title}: spread 1 %",
}
del PEERS["whole_visitors"]


class Results:
    """The figures of one benchmark, medians of its rounds."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self.stored = stored
        self.runs: Mapping[str, Sequence[Mapping[str, Any]]] = stored["runs"]

    def of(self, name: str, field: str) -> float | None:
        """The median of a field, `wall`, `cpu` or `peak`; None where not measured."""
        values = [run[field] for run in self.runs.get(name, [])]
        return float(median(values)) if values else None

    def net(self, name: str) -> float | None:
        """Wall seconds without start-up: as the process said, or without dbt's own."""
        worked = [run["work"] for run in self.runs.get(name, []) if "work" in run]
        if worked:
            return float(median(worked))
        wall, startup = self.of(name, "wall"), self.of("startup", "wall")
        if wall is None or startup is None:
            return None
        return max(wall - startup, 0.0)

    def layers(self, name: str) -> dict[str, float]:
        """Seconds by folder of models."""
        runs = [run["layers"] for run in self.runs.get(name, [])]
        names = sorted({layer for run in runs for layer in run})
        return {name: median(run.get(name, 0.0) for run in runs) for name in names}

    def map_and_sessions(self) -> float | None:
        """Seconds of the map and the sessions in the build to fct_sessions."""
        return self.layers("sessions").get(MAP_AND_SESSIONS)


def over(part: float | None, whole: float | None) -> float | None:
    """A ratio, None where a part is missing or the whole is nothing."""
    return part / whole if part is not None and whole else None


def times(value: float | None) -> str:
    """3.14 -> 3.1 x"""
    return NOT_MEASURED if value is None else f"{value:.1f} x"


def percent(value: float | None) -> str:
    """0.0314 -> 3.1 %"""
    return NOT_MEASURED if value is None else f"{100 * value:.1f} %"


def seconds(value: float | None) -> str:
    """Seconds to a tenth."""
    return NOT_MEASURED if value is None else f"{value:,.1f}"


def whole_number(value: float | None) -> str:
    """With thousands."""
    return NOT_MEASURED if value is None else f"{value:,.0f}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table: the first column to the left, figures to the right."""
    rulers = ["---", *["--:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (header, rulers, *rows))


def size_name(events: int) -> str:
    """1019807 -> 1m: to the nearest million, or thousand where there is none."""
    millions = round(events / 1_000_000)
    return f"{millions}m" if millions else f"{round(events / 1_000)}k"


def stored_results(folder: Path = RESULTS) -> list[Results]:
    """All that is stored, the fewest events first."""
    files = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    return [Results(each) for each in sorted(files, key=lambda each: each["events"])]


def conditions(results: Results) -> str:
    """When, on what and with what it was measured, as one sentence."""
    stored = results.stored
    machine = stored["machine"]
    many = stored["rounds"] > 1
    rounds = f"medians of {stored['rounds']} rounds" if many else "one round"
    packages = ", ".join(f"{name} {is_}" for name, is_ in stored["versions"].items())
    return (
        f"{stored['events']:,} simulated events, {stored['sessions']:,} sessions;"
        f" {rounds}, {stored['taken_on']};"
        f" {machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB,"
        f" {stored['threads']} threads, DuckDB's memory limited to {stored['memory']};"
        f" {packages}."
    )


def headline(all_results: Sequence[Results]) -> str:
    """What matters most of all, in short: a column for each number of events."""
    rows: list[list[str]] = []

    def add(title: str, *cells: str) -> None:
        if any(cell != NOT_MEASURED for cell in cells):
            rows.append([title, *cells])

    add("floor, seconds", *(seconds(each.of("floor", "wall")) for each in all_results))
    for name in ("sessions", "whole", "tested", "tight"):
        measured = [each for each in all_results if name in each.runs]
        if measured:
            title = BUILDS[name].format(**measured[-1].stored)
            add(title, *(both(times, each, name, "floor") for each in all_results))
    add(
        "its map and sessions alone",
        *(
            times(over(each.map_and_sessions(), each.net("floor")))
            for each in all_results
        ),
    )
    for batch, title in BATCHES.items():
        for name, models in SELECTED.items():
            cells = (
                both(percent, each, f"{batch}_{name}", name) for each in all_results
            )
            add(f"{title}, {models}", *cells)
    for name, models in SELECTED.items():
        cells = (both(times, each, name, f"tenth_{name}") for each in all_results)
        add(f"ten times the events, {models}", *cells)
    columns = [f"{each.stored['events']:,} events" for each in all_results]
    said = "\n".join(f"- {conditions(each)}" for each in all_results)
    return "\n\n".join([table(["", *columns], rows), said])


def costs(all_results: Sequence[Results]) -> str:
    """The README's table: seconds where every model was built, and memory."""
    whole = [each for each in all_results if "whole" in each.runs]
    asked = {
        "store the events, and nothing else": "floor",
        "build every table": "whole",
        "add the latest 1 %": "latest_whole",
        "find nothing new": "none_whole",
    }
    rows = [
        [title, *(f"{seconds(each.of(name, 'wall'))} s" for each in whole)]
        for title, name in asked.items()
    ]
    peaks = [(each.of("whole", "peak") or 0) / 1024 for each in whole]
    rows.append(["most memory at once", *(f"{peak:.1f} GiB" for peak in peaks)])
    return table(["", *(f"{each.stored['events']:,} events" for each in whole)], rows)


def both(
    form: Callable[[float | None], str], results: Results, name: str, whole: str
) -> str:
    """A ratio of wall times, and in brackets that without start-up."""
    wall = over(results.of(name, "wall"), results.of(whole, "wall"))
    if wall is None:
        return NOT_MEASURED
    return f"{form(wall)} ({form(over(results.net(name), results.net(whole)))})"


def details(results: Results) -> str:
    """One benchmark's section of docs/benchmarks.md."""
    parts = [
        f"## {results.stored['events']:,} events",
        conditions(results),
        "### Full builds",
        builds(results),
        "### Seconds by layer",
        by_layer(results),
    ]
    if "latest_sessions" in results.runs:
        parts += ["### Incremental runs", incremental(results)]
    if results.stored["accepted"]:
        parts += [
            "### The shapes of others",
            f"{results.stored['accepted']:,} accepted events.",
            peers(results),
        ]
    if "tenth_floor" in results.runs:
        parts += ["### Ten times the events", scaling(results)]
    return "\n\n".join(parts)


def builds(results: Results) -> str:
    """Full builds against the floor."""
    rows = []
    for name, title in BUILDS.items():
        if name in results.runs:
            rows.append(
                [
                    title.format(**results.stored),
                    *cost_cells(results, name),
                    times(over(results.of(name, "wall"), results.of("floor", "wall"))),
                    times(over(results.net(name), results.net("floor")))
                    if name != "startup"
                    else NOT_MEASURED,
                    times(over(results.of(name, "cpu"), results.of("floor", "cpu"))),
                ]
            )
    narrow = results.map_and_sessions()
    floor = over(narrow, results.net("floor"))
    blank = NOT_MEASURED
    rows.append(
        [MAP_AND_SESSIONS, blank, seconds(narrow), *[blank] * 3, times(floor), blank]
    )
    header = ["", "wall s", "apart s", "CPU s", "peak MiB"]
    header += ["wall / floor", "apart / floor", "CPU / floor"]
    return table(header, rows)


def cost_cells(results: Results, name: str) -> list[str]:
    """Wall, the same without start-up, CPU, peak."""
    return [
        seconds(results.of(name, "wall")),
        NOT_MEASURED if name == "startup" else seconds(results.net(name)),
        seconds(results.of(name, "cpu")),
        whole_number(results.of(name, "peak")),
    ]


def by_layer(results: Results) -> str:
    """Seconds by folder, of full builds and incremental runs."""
    columns = {
        "sessions": "to `fct_sessions`",
        "whole": "every model",
        "tested": "and tests",
        "latest_whole": "latest 1 %",
        "spread_whole": "spread 1 %",
        "none_whole": "nothing new",
    }
    shown = {name: results.layers(name) for name in columns if name in results.runs}
    names = sorted({name for layers in shown.values() for name in layers})
    rows = [
        [name, *(seconds(layers.get(name)) for layers in shown.values())]
        for name in sorted(names, key=layer_order)
    ]
    return table(["", *(columns[name] for name in shown)], rows)


def layer_order(name: str) -> tuple[int, str]:
    """Seeds first, then in the order in which layers read from each other."""
    starts = ("seeds", "staging", "intermediate", "marts", "tests", "unit_tests")
    found = [at for at, start in enumerate(starts) if name.startswith(start)]
    return (found[0] if found else len(starts), name)


def incremental(results: Results) -> str:
    """Batches against the full build of the same models."""
    rows = []
    for batch, title in BATCHES.items():
        for selection, models in SELECTED.items():
            name = f"{batch}_{selection}"
            if name not in results.runs:
                continue
            rows.append(
                [
                    f"{title}, {models}",
                    *cost_cells(results, name),
                    percent(
                        over(results.of(name, "wall"), results.of(selection, "wall"))
                    ),
                    percent(over(results.net(name), results.net(selection))),
                ]
            )
    header = ["", "wall s", "apart s", "CPU s", "peak MiB"]
    return table([*header, "of the full build", "apart"], rows)


def peers(results: Results) -> str:
    """The shapes of others against the floor, and what did not run."""
    rows = []
    for name, title in PEERS.items():
        if name in results.runs:
            net, whole = results.net(name), results.net("wide")
            is_batch = name.startswith("whole_visitors")
            rows.append(
                [
                    title,
                    *cost_cells(results, name),
                    times(over(net, results.net("floor"))),
                    percent(over(net, whole)) if is_batch else NOT_MEASURED,
                ]
            )
    narrow = results.map_and_sessions()
    rows.append(
        [
            f"footfall, {MAP_AND_SESSIONS}",
            NOT_MEASURED,
            seconds(narrow),
            NOT_MEASURED,
            NOT_MEASURED,
            times(over(narrow, results.net("floor"))),
            NOT_MEASURED,
        ]
    )
    header = ["", "wall s", "apart s", "CPU s", "peak MiB"]
    shown = table([*header, "apart / floor", "of the wide windows"], rows)
    failed = [
        f"{PEERS.get(name, name)} did not run: {reason}"
        for name, reason in results.stored["failed"].items()
    ]
    return "\n\n".join([shown, *failed])


def scaling(results: Results) -> str:
    """A tenth of the visitors against all of them."""
    rows = []
    for name in ("floor", "sessions", "whole"):
        tenth = f"tenth_{name}"
        if tenth not in results.runs:
            continue
        rows.append(
            [
                BUILDS[name],
                seconds(results.of(tenth, "wall")),
                seconds(results.of(name, "wall")),
                times(over(results.of(name, "wall"), results.of(tenth, "wall"))),
                times(over(results.net(name), results.net(tenth))),
            ]
        )
    header = ["", "a tenth, wall s", "all, wall s", "times", "times, apart"]
    return table(header, rows)


def page(all_results: Sequence[Results]) -> str:
    """Each benchmark's section of docs/benchmarks.md, the most events first."""
    return "\n\n".join(details(each) for each in reversed(all_results))


def each_of(all_results: Sequence[Results], table_of: Callable[[Results], str]) -> str:
    """A table of each size, with what it was measured by."""
    return "\n\n".join(
        part
        for results in all_results
        for part in (table_of(results), f"- {conditions(results)}")
    )


def published(results: Results) -> str:
    """One size: builds with their data tests, and their publishes."""
    rows = []
    for step, title in STEPS.items():
        build, publish = f"{step}_build", f"{step}_publish"
        cpu = results.of(publish, "cpu")
        rows.append(
            [
                title,
                f"{whole_number(results.of(publish, 'changed'))}"
                f" of {results.stored['marts']}",
                seconds(results.of(build, "cpu")),
                seconds(cpu),
                percent(over(cpu, results.of(build, "cpu"))),
                percent(over(cpu, results.of("first_build", "cpu"))),
                seconds(results.of(publish, "wall")),
                whole_number(results.of(publish, "peak")),
            ]
        )
    header = ["", "marts changed", "build, CPU s", "publish, CPU s"]
    header += ["of this build", "of the first", "wall s", "peak MiB"]
    return table(header, rows)


def topics(results: Results) -> str:
    """One size: what a build takes without the further topics, with each, with all."""
    first = results.of("none", "cpu")
    rows = []
    for name in results.runs:
        cpu = results.of(name, "cpu")
        more = cpu - first if cpu is not None and first is not None else None
        is_first = name == "none"
        rows.append(
            [
                TOPIC_SETS.get(name, f"`{name}` beside them"),
                seconds(cpu),
                "" if is_first else percent(over(more, first)),
                seconds(results.of(name, "wall")),
                whole_number(results.of(name, "peak")),
            ]
        )
    return table(["", "CPU s", "more CPU", "wall s", "peak MiB"], rows)


def bars(results: Results) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the chart shows: times of the floor, and shares of the full build."""
    floor = results.net("floor")
    named = {name: BUILDS[name] for name in ("floor", "sessions", "whole", "tested")}
    named |= {name: PEERS[name] for name in PEERS if "visitors" not in name}
    against = [
        {
            "row": title.replace("`", ""),
            "value": round(ratio, 2),
            "label": times(ratio),
            "who": "footfall" if title.startswith("footfall") else "others",
        }
        for name, title in named.items()
        if (ratio := over(results.net(name), floor)) is not None
    ]
    narrow = over(results.map_and_sessions(), floor)
    if narrow is not None:
        against.insert(
            1,
            {
                "row": f"footfall, {MAP_AND_SESSIONS}",
                "value": round(narrow, 2),
                "label": times(narrow),
                "who": "footfall",
            },
        )
    shares = [
        {
            "row": title,
            "selection": models.replace("`", ""),
            "value": round(100 * share, 2),
            "label": percent(share),
        }
        for batch, title in BATCHES.items()
        for name, models in SELECTED.items()
        if (share := over(results.net(f"{batch}_{name}"), results.net(name)))
        is not None
    ]
    return against, shares


def draw(results: Results, path: Path) -> None:
    """The chart, as SVG."""
    import altair as alt  # noqa: PLC0415

    against, shares = bars(results)
    axis = {"sort": None, "title": None, "axis": alt.Axis(labelLimit=320)}
    left = alt.Chart(alt.Data(values=against)).encode(
        y=alt.Y("row:N", **axis),
        x=alt.X("value:Q", title="times the floor, start-up apart"),
    )
    color = alt.Color(
        "who:N",
        legend=None,
        scale=alt.Scale(domain=["footfall", "others"], range=["#1f6f8b", "#b9b4a7"]),
    )
    text = {"align": "left", "dx": 4}
    events = f"{results.stored['events']:,} events"
    upper = (
        left.mark_bar().encode(color=color)
        + left.mark_text(**text).encode(text="label:N")
    ).properties(width=420, title=f"Full builds and other shapes, {events}")
    charts = [upper]
    if shares:
        right = alt.Chart(alt.Data(values=shares)).encode(
            y=alt.Y("row:N", **axis),
            yOffset=alt.YOffset("selection:N", sort=None),
            x=alt.X("value:Q", title="% of the full build, start-up apart"),
        )
        shade = alt.Color(
            "selection:N",
            sort=None,
            title=None,
            scale=alt.Scale(range=["#1f6f8b", "#8fc1d4"]),
            legend=alt.Legend(orient="bottom"),
        )
        charts.append(
            (
                right.mark_bar().encode(color=shade)
                + right.mark_text(**text).encode(text="label:N")
            ).properties(width=420, title=f"Incremental runs, {events}")
        )
    # A reader's font may be wider than the one measured here.
    padding = {"left": 48, "right": 48, "top": 8, "bottom": 8}
    chart = alt.vconcat(*charts, padding=padding).resolve_scale(color="independent")
    chart.configure(background="white", font="sans-serif").configure_view(
        stroke=None
    ).configure_title(anchor="start").save(str(path))


def store(known: Mapping[str, Any], folder: Path) -> None:
    """Keep figures by their size; the page shows those that are where they belong."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{size_name(known['events'])}.json"
    path.write_text(json.dumps(known, indent=1) + "\n")
    if folder in (RESULTS, PUBLISHING, TOPICS):
        main()


def main() -> None:
    """Write the page, the chart and the README's table."""
    all_results = stored_results()
    text = fill(PAGE.read_text(), "bench", headline(all_results))
    text = fill(text, "publishing", each_of(stored_results(PUBLISHING), published))
    text = fill(text, "topics", each_of(stored_results(TOPICS), topics))
    PAGE.write_text(fill(text, "results", page(all_results)))
    README.write_text(fill(README.read_text(), "costs", costs(all_results)))
    if importlib.util.find_spec("altair") and importlib.util.find_spec("vl_convert"):
        # The most events of which all was measured.
        whole = [
            each for each in all_results if {"latest_whole", "wide"} <= set(each.runs)
        ]
        draw((whole or all_results)[-1], CHART)


if __name__ == "__main__":
    main()
