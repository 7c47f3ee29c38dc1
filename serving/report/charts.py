"""How the page's charts look. Their rows come later, from the page's script."""

from typing import Any

import altair as alt
import vl_convert

BLUE, ORANGE, GREEN, VIOLET, RED, GREY, TEAL, PINK = (
    # Each at least 3 to 1 against the page's background, light and dark.
    "#3a7fc2",
    "#c96a1b",
    "#2f8f4e",
    "#8a67d0",
    "#d04a4a",
    "#7c8594",
    "#1f8a93",
    "#c2549b",
)
COLORS = [RED, BLUE, ORANGE, VIOLET, GREEN, GREY, TEAL, PINK]
# Vega-Lite's, as vl_convert names it.
VERSION = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
ROW_HEIGHT = 26
# The end of a path tells pages apart, the start does not.
END_OF_LABEL = "length(datum.label) > 19 ? '…' + slice(datum.label, -18) : datum.label"
ROWS = alt.NamedData(name="rows")
# By itself Vega would keep the order of the rows that it was given first.
ROW_ORDER = alt.EncodingSortField(field="place", op="min")


def charts(texts: dict[str, list[str]], money_digits: int) -> dict[str, dict[str, Any]]:
    """Vega specifications by id of the page's figure, all over the data `rows`.

    Args:
        texts: what the columns hold, so that a name keeps its colour under any filter.
        money_digits: digits after the point of an amount of money.
    """
    reasons = sorted(set(texts.get("outcome", [])) - {"accepted"})
    types = sorted(texts["visitor_type"])
    made = {
        "sessions_by_day": by_day("Sessions"),
        "revenue_by_day": by_day("Revenue in sessions"),
        "channel_sessions": bars("channel", "sessions", "Sessions"),
        "channel_rate": bars("channel", "rate", "Conversion rate", GREEN),
        "device_sessions": bars("device", "sessions", "Sessions"),
        "device_rate": bars("device", "rate", "Conversion rate", GREEN),
        "funnel": bars("step", "reached", "Attempts that took the step", VIOLET),
        "attribution": models_compared(f",.{money_digits}f"),
        "landing_pages": bars("page", "sessions", "Sessions that began here"),
        "exit_pages": bars("page", "exits", "Sessions that ended here", ORANGE),
        "visitor_types": stacked(
            alt.X("label:O", sort=ROW_ORDER, title=None, axis=week_axis()),
            alt.Color("visitor_type:N", scale=scale(types, [BLUE, ORANGE, GREY])),
            "sessions",
            "Sessions",
        ),
        "quality": stacked(
            days("day", timeUnit="utcyearmonthdate"),
            alt.Color("outcome:N", scale=scale(reasons, COLORS)),
            "events",
            "Rejected events",
        ),
    }
    return {
        name: vl_convert.vegalite_to_vega(chart.to_dict(), vl_version=VERSION)
        for name, chart in made.items()
    }


def styled(chart: Any, height: Any) -> Any:
    """As wide as its place, without idle lines; CSS gives text its colour."""
    return (
        chart.properties(width="container", height=height, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            domain=False,
            ticks=False,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelPadding=6,
            labelLimit=150,
        )
        .configure_legend(
            orient="top",
            direction="horizontal",
            title=None,
            labelFontSize=12,
            columns=alt.ExprRef("width < 420 ? 2 : 4"),
        )
    )


def days(field: str, **more: Any) -> alt.X:
    """A horizontal axis of days, which have no time zone."""
    axis = alt.Axis(format="%d %b", grid=False, tickCount=5, labelSeparation=12)
    utc = alt.Scale(type="utc")
    return alt.X(f"{field}:T", title=None, axis=axis, scale=utc, **more)


def week_axis() -> alt.Axis:
    """Names of weeks side by side, as many as there is room for."""
    return alt.Axis(labelAngle=0, labelOverlap="greedy", grid=False)


def scale(names: list[str], colors: list[str]) -> alt.Scale:
    """A colour per name."""
    return alt.Scale(domain=names, range=colors[: len(names)])


def by_day(title: str) -> Any:
    """A line per day, with the days of the period before as a dashed one."""
    periods = ["This period", "Period before"]
    chart = (
        alt.Chart(ROWS)
        .mark_line(strokeWidth=2)
        .encode(
            x=days("day"),
            y=alt.Y("value:Q", title=title, axis=alt.Axis(tickCount=4)),
            color=alt.Color(
                "period:N", scale=alt.Scale(domain=periods, range=[BLUE, GREY])
            ),
            strokeDash=alt.StrokeDash(
                "period:N", scale=alt.Scale(domain=periods, range=[[1, 0], [4, 3]])
            ),
            tooltip=[
                alt.Tooltip("date:N", title="Day"),
                alt.Tooltip("label:N", title=title),
                alt.Tooltip("period:N", title="Period"),
            ],
        )
    )
    return styled(chart, 180)


def bars(field: str, value: str, title: str, color: str = BLUE) -> Any:
    """A bar per name in the order of the rows, with its `label` beside it."""
    base = alt.Chart(ROWS).encode(
        y=alt.Y(
            f"{field}:N",
            sort=ROW_ORDER,
            title=None,
            axis=alt.Axis(grid=False, labelExpr=END_OF_LABEL),
        ),
        # Beyond the longest bar there is room for its label.
        x=alt.X(
            f"{value}:Q",
            title=title,
            stack=None,
            axis=alt.Axis(labels=False, grid=False),
            scale=alt.Scale(nice=False, range=[0, alt.ExprRef("max(20, width - 64)")]),
        ),
        tooltip=[
            alt.Tooltip(f"{field}:N", title=field.capitalize()),
            alt.Tooltip("label:N", title=title),
        ],
    )
    label = base.mark_text(align="left", dx=4, fontSize=12).encode(text="label:N")
    drawn = base.mark_bar(color=color, height=ROW_HEIGHT - 8)
    return styled(alt.layer(drawn, label), alt.Step(ROW_HEIGHT))


def stacked(x: alt.X, color: alt.Color, value: str, title: str) -> Any:
    """A bar per day or week, split by colour."""
    chart = (
        alt.Chart(ROWS)
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y(f"{value}:Q", title=title, axis=alt.Axis(tickCount=4)),
            color=color,
            tooltip=[
                "date:N",
                alt.Tooltip(color.shorthand),
                alt.Tooltip(f"{value}:Q", title=title),
            ],
        )
    )
    return styled(chart, 200)


def models_compared(money: str) -> Any:
    """A dot per channel and chosen model, over a line that all models span.

    `money` is the format of amounts.
    """
    base = alt.Chart(ROWS).encode(
        y=alt.Y("channel:N", sort=ROW_ORDER, title=None, axis=alt.Axis(grid=False))
    )
    spread = base.mark_rule(strokeWidth=7, strokeCap="round", color=GREY, opacity=0.35)
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=alt.X("value:Q"),
        color=alt.Color(
            "chosen:N", sort=ROW_ORDER, scale=alt.Scale(range=[BLUE, ORANGE])
        ),
        shape=alt.Shape(
            "chosen:N", sort=ROW_ORDER, scale=alt.Scale(range=["circle", "diamond"])
        ),
        tooltip=[
            alt.Tooltip("channel:N", title="Channel"),
            alt.Tooltip("model:N", title="Model"),
            alt.Tooltip("value:Q", title="Attributed revenue", format=money),
        ],
    )
    lines = spread.encode(
        x=alt.X(
            "least:Q",
            title="Attributed revenue",
            axis=alt.Axis(tickCount=4, format="~s"),
            scale=alt.Scale(padding=8, nice=False),
        ),
        x2="most:Q",
    )
    return styled(alt.layer(lines, dots), alt.Step(ROW_HEIGHT))
