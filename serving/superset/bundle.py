"""Turn datasets.yml and dashboard.yml into the files that Superset imports.

Superset's own format is a file per chart, most of it alike; here each chart is a line.
Metrics come from models/semantic/, columns, their types and descriptions from the
serving file.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import duckdb
import yaml

from serving.money import marts_currency, minor_digits
from serving.semantics import SemanticsError, semantics

FOLDER = Path(__file__).parent
# The column that bundle.py adds to every dataset with a date.
WEEK = "week_from"
# For what has no colour in dashboard.yml: blues on which text can be read.
REMAINING_COLORS = "d3Category20c"
# How much of a description fits in a line, per column of the layout's twelve.
CHARACTERS_PER_COLUMN = 16
# So young, the data is live, and the dashboard opens at the month before today's.
LIVE_DAYS = 7
# Each grain in Superset's terms, the distance between its points, and how a day of its
# axis is written.
GRAINS = {
    "day": ("P1D", "1D", "%-d %b"),
    "week": ("P1W", "7D", "%-d %B"),
    "month": ("P1M", "1MS", "%b %Y"),
}

Settings = dict[str, Any]


class BundleError(Exception):
    """What is wrong with the YAML files or the serving file, for people."""


def bundle(serving: Path, today: date) -> tuple[dict[str, str], list[str]]:
    """What Superset imports, as file names and their YAML.

    `today` decides whether the data are live. The second value holds the titles of the
    charts that were left out because a mart of theirs is not in the serving file, or
    has no rows of which they could show anything.
    Raises BundleError where the YAML files name what is not there.
    """
    with duckdb.connect(str(serving), read_only=True) as connection:
        datasets = read_datasets(connection)
        if "sessions" not in datasets:
            raise BundleError(
                f"{serving} has no fct_sessions, which most charts need: build it, and"
                " publish again."
            )
        plan = yaml.safe_load((FOLDER / "dashboard.yml").read_text())
        name_currency(connection, plan, datasets)
        absent = drop_absent(plan, datasets)
        charts = list(flat_charts(plan))
        for chart in charts:
            check_chart(chart, datasets)
        choose_first(connection, plan, datasets)
        period = default_period(connection, datasets, today)
    files: dict[str, Settings] = {
        "metadata.yaml": {"version": "1.0.0", "type": "assets"},
        "databases/footfall.yaml": database_file(serving),
        "dashboards/footfall.yaml": dashboard_file(plan, charts, datasets, period),
    }
    for name, dataset in datasets.items():
        files[f"datasets/footfall/{name}.yaml"] = dataset_file(name, dataset)
    for chart in charts:
        name = f"charts/chart_{chart['number']}.yaml"
        files[name] = chart_file(chart, datasets, plan)
    for number, each in enumerate(plan["annotations"], start=1):
        files[f"charts/annotation_{number}.yaml"] = annotation_file(each, datasets)
    texts = {
        name: yaml.safe_dump(each, sort_keys=False) for name, each in files.items()
    }
    return texts, absent


def identity(*names: str) -> str:
    """A UUID that is the same in every run: an import replaces what was there."""
    return str(uuid5(NAMESPACE_URL, "/".join(("footfall", *names))))


def read_datasets(connection: duckdb.DuckDBPyConnection) -> dict[str, Settings]:
    """The datasets whose marts are all there and have such rows, with their columns."""
    datasets: dict[str, Settings] = yaml.safe_load(
        (FOLDER / "datasets.yml").read_text()
    )
    tables = {
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.tables"
        ).fetchall()
    }
    comments: dict[str, str] = dict(
        connection.execute(
            "select column_name, any_value(comment) from duckdb_columns()"
            " where comment is not null group by column_name"
        ).fetchall()
    )
    present = {
        name: dataset
        for name, dataset in datasets.items()
        if tables.issuperset(dataset["reads"])
        and connection.execute(
            f"from {dataset['reads'][0]} where {dataset.get('needs', True)} limit 1"
        ).fetchone()
    }
    for name, dataset in present.items():
        if "rows" in dataset:
            dataset["sql"] = semantics().rows(dataset["rows"])
        query = dataset.get("sql") or f"from {dataset['reads'][0]}"
        dataset["metrics"] = {
            **dict(named_metrics(dataset)),
            **dataset.get("of_all_days", {}),
        }
        check_metrics(connection, name, dataset, query)
        dataset["columns"] = [
            {
                "column_name": name,
                "verbose_name": dataset.get("titles", {}).get(
                    name, name.replace("_", " ").capitalize()
                ),
                "type": type_name,
                "is_dttm": type_name in ("DATE", "TIMESTAMP"),
                "groupby": True,
                "filterable": True,
                "description": comments.get(name),
            }
            for name, type_name, *_ in connection.execute(
                f"describe {query}"
            ).fetchall()
        ]
        if "date" in dataset:
            dataset["columns"].append(week_column(dataset["date"]))
    return present


def week_column(date_column: str) -> Settings:
    """The Monday of a date as text: a click on a week acts on all that have the column.

    Of a date cut to its week, Superset would send the Monday alone.
    """
    return {
        "column_name": WEEK,
        "verbose_name": "Week from",
        "type": "VARCHAR",
        "expression": f"strftime(date_trunc('week', {date_column}), '%Y-%m-%d')",
        "is_dttm": False,
        "groupby": True,
        "filterable": True,
        "description": "The Monday with which the week begins.",
    }


def name_currency(
    connection: duckdb.DuckDBPyConnection,
    plan: Settings,
    datasets: Mapping[str, Settings],
) -> None:
    """Say the currency of the marts in all titles, and give money its digits."""
    has_orders = any("fct_conversions" in each["reads"] for each in datasets.values())
    currency = marts_currency(connection) if has_orders else None
    formats = {
        "money": f",.{minor_digits(currency)}f",
        "whole_money": ",.0f",
    }
    for dataset in datasets.values():
        for metric in dataset["metrics"].values():
            if metric["format"] in formats:
                metric["format"] = formats[metric["format"]]
                metric["title"] += f" ({currency})" if currency else ""
    for tab in plan["tabs"]:
        for row in tab["rows"]:
            for chart in row["charts"]:
                named = currency or "the orders' currency"
                chart["title"] = chart["title"].format(currency=named)


def named_metrics(dataset: Settings) -> Iterator[tuple[str, Settings]]:
    """The metrics of models/semantic/ that a dataset has, by the names that it gives.

    Raises BundleError where there is no such metric.
    """
    known = semantics()
    for each in dataset.get("metrics", []):
        ((given, name),) = each.items() if isinstance(each, dict) else [(each, each)]
        try:
            # Of rows of several models each measure is a column.
            counted = known.sql(name, str if "rows" in dataset else None)
        except SemanticsError as error:
            raise BundleError(f"datasets.yml: {error}") from error
        metric = known.metrics[name]
        # Superset takes neither decimals nor whole numbers of 128 bits.
        if not metric.format.endswith("d"):
            counted = f"cast({counted} as double)"
        # Of no rows a count is 0, and what is of one goal, model or step nothing.
        elif metric.one_of:
            counted = f"cast({counted} as bigint)"
        else:
            counted = f"cast(coalesce({counted}, 0) as bigint)"
        yield (
            given,
            {
                "title": dataset.get("titles", {}).get(given, metric.label),
                "sql": counted,
                "format": metric.format,
                "means": metric.means,
            },
        )


def check_metrics(
    connection: duckdb.DuckDBPyConnection, name: str, dataset: Settings, query: str
) -> None:
    """Raise BundleError where a metric reads a column that its dataset has not."""
    for given, metric in dataset["metrics"].items():
        try:
            connection.execute(f"describe select {metric['sql']} from ({query})")
        except duckdb.Error as error:
            raise BundleError(
                f"datasets.yml: '{name}' cannot have the metric '{given}':"
                f" {str(error).splitlines()[0]}"
            ) from error


def drop_absent(plan: Settings, datasets: Mapping[str, Settings]) -> list[str]:
    """Take out of the plan what needs absent datasets; return the charts' titles."""
    absent = []
    for tab in plan["tabs"]:
        for row in tab["rows"]:
            absent += [
                chart["title"]
                for chart in row["charts"]
                if chart["dataset"] not in datasets
            ]
            row["charts"] = [
                chart for chart in row["charts"] if chart["dataset"] in datasets
            ]
        tab["rows"] = [row for row in tab["rows"] if row["charts"]]
    plan["tabs"] = [tab for tab in plan["tabs"] if tab["rows"]]
    plan["filters"] = [
        each
        for each in plan["filters"]
        if "dataset" not in each or each["dataset"] in datasets
    ]
    plan["annotations"] = [
        each for each in plan["annotations"] if each["dataset"] in datasets
    ]
    return absent


def flat_charts(plan: Settings) -> Iterator[Settings]:
    """All charts in order, with number, tab and height."""
    number = 0
    for tab in plan["tabs"]:
        for row in tab["rows"]:
            for chart in row["charts"]:
                number += 1
                chart |= {"number": number, "tab": tab["title"]}
                chart |= {"height": row["height"]}
                yield chart


def check_chart(chart: Settings, datasets: Mapping[str, Settings]) -> None:
    """Raise BundleError where a chart names a kind, metric or column that is not."""
    dataset = datasets[chart["dataset"]]
    columns = column_names(dataset)
    where = f"dashboard.yml, chart '{chart['title']}'"
    if chart["kind"] not in KINDS:
        raise BundleError(
            f"{where}: no kind '{chart['kind']}'; there is {list(KINDS)}."
        )
    for metric in chart["metrics"]:
        if metric not in dataset["metrics"]:
            raise BundleError(f"{where}: datasets.yml has no metric '{metric}' there.")
    for column in dimensions(chart, dataset):
        if column not in columns:
            raise BundleError(f"{where}: its dataset has no column '{column}'.")


def dimensions(chart: Settings, dataset: Settings) -> list[str]:
    """The columns by which a chart is split, but time."""
    return [*chart.get("rows", []), *series(chart, dataset)]


def series(chart: Settings, dataset: Settings) -> list[str]:
    """The columns whose values have a colour or a heading of their own.

    The goal is one, where numbers depend on it, so that its name stands with them.
    """
    goal = ["goal_name"] if dataset.get("by_goal") else []
    return goal + ([chart["series"]] if "series" in chart else [])


def column_names(dataset: Settings) -> set[str]:
    """The columns of a dataset."""
    return {column["column_name"] for column in dataset["columns"]}


def choose_first(
    connection: duckdb.DuckDBPyConnection,
    plan: Settings,
    datasets: Mapping[str, Settings],
) -> None:
    """Set filters of which one value has to be chosen to the first there is.

    The goals' names are kept, for the colours of what is split by goal.
    """
    if "goals" in datasets:
        goals = connection.execute("select goal_name from dim_goals").fetchall()
        plan["goals"] = [name for (name,) in goals]
    for each in plan["filters"]:
        if each.get("single"):
            mart = datasets[each["dataset"]]["reads"][0]
            each["chosen"] = [
                value
                for (value,) in connection.execute(
                    f"select {each['column']} from {mart} order by {each['first']}"
                    " limit 1"
                ).fetchall()
            ]


def default_period(
    connection: duckdb.DuckDBPyConnection, datasets: Mapping[str, Settings], today: date
) -> str:
    """The last whole month with data on most days, else such a week, else all days.

    In words that move on, where the data are live and reach so far.
    """
    dataset = datasets["sessions"]
    days = [
        day
        for (day,) in connection.execute(
            f"select distinct {dataset['date']} from {dataset['reads'][0]} order by 1"
        ).fetchall()
    ]
    whole = days
    if "days" in datasets:
        whole = [
            day
            for (day,) in connection.execute(
                "select report_date from dim_dates where has_data and not is_partial"
            ).fetchall()
        ]
    first, end = days[0], min(days[-1] + timedelta(days=1), max(today, days[0]))
    is_live = (today - days[-1]).days <= LIVE_DAYS
    # Data that are live have a whole month once it is over, whatever its last day had.
    reach = today if is_live else end
    for unit, start, stop in whole_periods(first, reach):
        if 2 * sum(start <= day < stop for day in whole) > (stop - start).days:
            is_last = (
                stop == month_of(today) if unit == "month" else stop == week_of(today)
            )
            if is_live and is_last:
                return f"previous calendar {unit}"
            return f"{start} : {stop}"
    return f"{first} : {max(end, first + timedelta(days=1))}"


def whole_periods(first: date, end: date) -> Iterator[tuple[str, date, date]]:
    """The months and then the weeks within two days, the last of each before others."""
    for unit, start_of in (("month", month_of), ("week", week_of)):
        stop = start_of(end)
        while (start := start_of(stop - timedelta(days=1))) >= first:
            yield unit, start, stop
            stop = start


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def database_file(serving: Path) -> Settings:
    """The connection: it can neither write nor read any other file."""
    arguments = {"read_only": True, "config": {"enable_external_access": False}}
    return {
        "database_name": "footfall",
        "sqlalchemy_uri": f"duckdb:///{serving.resolve()}?access_mode=read_only",
        "expose_in_sqllab": True,
        "allow_dml": False,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_file_upload": False,
        "extra": {"engine_params": {"connect_args": arguments}},
        "uuid": identity("database"),
        "version": "1.0.0",
    }


def dataset_file(name: str, dataset: Settings) -> Settings:
    """A table or query, with its metrics."""
    return {
        "table_name": name if "sql" in dataset else dataset["reads"][0],
        "main_dttm_col": dataset.get("date"),
        "description": f"Reads {', '.join(dataset['reads'])}.",
        "schema": "main",
        "sql": dataset.get("sql"),
        "filter_select_enabled": True,
        "metrics": [
            {
                "metric_name": metric,
                "verbose_name": each["title"],
                "expression": each["sql"],
                "d3format": each["format"],
                "description": each["means"],
            }
            for metric, each in dataset["metrics"].items()
        ],
        "columns": dataset["columns"],
        "uuid": identity("dataset", name),
        "database_uuid": identity("database"),
        "version": "1.0.0",
    }


def chart_file(
    chart: Settings, datasets: Mapping[str, Settings], plan: Settings
) -> Settings:
    """A chart with Superset's settings for its kind."""
    dataset = datasets[chart["dataset"]]
    viz_type, settings = KINDS[chart["kind"]](chart, dataset)
    conditions: list[Settings] = []
    if "date" in dataset:
        conditions.append(
            {
                "clause": "WHERE",
                "expressionType": "SIMPLE",
                "subject": dataset["date"],
                "operator": "TEMPORAL_RANGE",
                "comparator": "No filter",
            }
        )
    if chart.get("by") == "day":
        settings["annotation_layers"] = [layer(each) for each in plan["annotations"]]
    if "where" in chart:
        conditions.append(
            {
                "clause": "WHERE",
                "expressionType": "SQL",
                "sqlExpression": chart["where"],
            }
        )
    return {
        "slice_name": chart["title"],
        "description": description(chart, dataset, plan["filters"]),
        "viz_type": viz_type,
        "params": {
            "viz_type": viz_type,
            "adhoc_filters": conditions,
            "color_scheme": REMAINING_COLORS,
            **settings,
        },
        "dataset_uuid": identity("dataset", chart["dataset"]),
        "uuid": identity("chart", chart["tab"], chart["title"]),
        "version": "1.0.0",
    }


def annotation_file(each: Settings, datasets: Mapping[str, Settings]) -> Settings:
    """The chart, shown nowhere by itself, whose rows are drawn over others."""
    columns = [each[name] for name in ("from", "to", "text") if name in each]
    query = {
        "columns": columns,
        "metrics": [],
        "filters": [],
        "orderby": [],
        "extras": {"where": each.get("where", "")},
        "row_limit": 10000,
    }
    return {
        "slice_name": each["title"],
        "viz_type": "table",
        "params": {
            "viz_type": "table",
            "query_mode": "raw",
            "all_columns": columns,
            "allow_render_html": False,
        },
        "query_context": json.dumps(
            {
                "datasource": {},
                "queries": [query],
                "result_format": "json",
                "result_type": "full",
            }
        ),
        "dataset_uuid": identity("dataset", each["dataset"]),
        "uuid": identity("annotation", each["title"]),
        "version": "1.0.0",
    }


def layer(each: Settings) -> Settings:
    """What a chart says of rows that are drawn over it; `value` names their chart."""
    return {
        "name": each["title"],
        "annotationType": each["kind"].upper(),
        "sourceType": "table",
        "value": identity("annotation", each["title"]),
        "timeColumn": each["from"],
        "intervalEndColumn": each.get("to", ""),
        "titleColumn": each["text"],
        "descriptionColumns": [],
        "hideLine": False,
        "showMarkers": False,
        "overrides": {"time_range": None},
        "show": True,
        "showLabel": each["kind"] == "event",
        "style": "dashed",
        "width": 1,
        "color": each["color"],
        "opacity": "opacityMedium",
    }


def description(chart: Settings, dataset: Settings, filters: Sequence[Settings]) -> str:
    """What a chart shows: the marts, the metrics, and which filters do not act."""
    marts = " and ".join(f"`{mart}`" for mart in dataset["reads"])
    if chart["kind"] == "compared":
        marts += "; # is the period before, △ the change since"
    elif chart["kind"] == "line":
        marts += f"; a gap is a {chart['by']} with none under the filters"
        marts += ": zero, unless it is grey" if chart["by"] == "day" else ""
    if chart.get("by") == "day":
        marts += "; grey is a day on which no data was received"
    metrics = [dataset["metrics"][metric] for metric in chart["metrics"]]
    if len(metrics) == 1:
        said = f"{metrics[0]['title']} ({metrics[0]['means']}), from {marts}."
    else:
        said = f"{', '.join(each['title'] for each in metrics)}, from {marts}."
    unheard = [
        each["title"]
        for each in filters
        if "tabs" not in each and not each.get("single") and not acts_on(each, dataset)
    ]
    if not unheard:
        return said
    if "unfiltered" not in dataset:
        raise BundleError(
            f"datasets.yml: '{chart['dataset']}' lacks the column of the filter"
            f" {unheard[0]} and does not say why; add it or say so under `unfiltered`."
        )
    names = ", ".join(unheard[:-1]) + " and " + unheard[-1]
    return f"{said} {names} do not act on it: {dataset['unfiltered']}."


def acts_on(each: Settings, dataset: Settings) -> bool:
    """Whether a filter finds its column in a dataset."""
    if each.get("kind") == "time":
        return "date" in dataset
    return each["column"] in column_names(dataset)


def compared(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """A number beside that of the period before.

    Whole periods are compared, and one with fewer days of data has lower sums that say
    nothing of how it went: only shares, which know no days, are coloured.
    """
    (metric,) = chart["metrics"]
    number_format = dataset["metrics"][metric]["format"]
    return "pop_kpi", {
        "metric": metric,
        "comparison_type": "values",
        "time_compare": "inherit",
        "comparison_color_enabled": number_format.endswith("%"),
        "comparison_color_scheme": "Green",
        "y_axis_format": number_format,
        "percentDifferenceFormat": "+.1%",
        "header_font_size": 0.4,
        "subheader_font_size": 0.125,
    }


def line(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """Metrics over time."""
    return "echarts_timeseries_line", over_time(chart, dataset) | {
        # A day between two without data has no line to be seen by.
        "markerEnabled": True,
        "markerSize": 5,
        "connectNulls": False,
    }


def stacked(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """One metric over time, in parts that add up."""
    return "echarts_timeseries_bar", over_time(chart, dataset) | {"stack": "Stack"}


def over_time(chart: Settings, dataset: Settings) -> Settings:
    """What lines and bars over time share.

    What has no rows has its place, and no value: nothing is drawn through it.
    """
    grain, step, label = GRAINS[chart["by"]]
    return axes(chart, dataset) | {
        "groupby": series(chart, dataset),
        "x_axis": dataset["date"],
        "time_grain_sqla": grain,
        "resample_rule": step,
        "resample_method": "asfreq",
        "x_axis_time_format": label,
        "tooltipTimeFormat": "%a %-d %b %Y",
    }


def bar(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """One metric by two columns: groups of bars."""
    (column,) = chart["rows"]
    return "echarts_timeseries_bar", axes(chart, dataset) | {
        "x_axis": column,
        "groupby": series(chart, dataset),
        "xAxisForceCategorical": True,
        "xAxisLabelInterval": "0",
        "xAxisLabelRotation": 0,
        "x_axis_sort_series": "name",
        "x_axis_sort_series_ascending": True,
        "sort_series_type": "name",
        "sort_series_ascending": True,
    }


def ranking(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """One metric by one column: bars, the longest on top.

    Each value is a series too. Of bars that lie and have none, Superset 6.1 takes the
    length for what was clicked: https://github.com/apache/superset/issues/41102.
    """
    (column,) = chart["rows"]
    titles = {each["column_name"]: each["verbose_name"] for each in dataset["columns"]}
    return "echarts_timeseries_bar", axes(chart, dataset) | {
        # The same column under another name, since one cannot be axis and series.
        "x_axis": {
            "expressionType": "SQL",
            "sqlExpression": column,
            "label": titles[column],
        },
        "groupby": [column],
        "stack": "Stack",
        "orientation": "horizontal",
        "xAxisForceCategorical": True,
        "x_axis_sort": "sum",
        "x_axis_sort_asc": True,
        "show_value": True,
        "only_total": True,
        "show_legend": False,
    }


def axes(chart: Settings, dataset: Settings) -> Settings:
    """What all charts with axes share."""
    number_format = dataset["metrics"][chart["metrics"][0]]["format"]
    return {
        "metrics": chart["metrics"],
        # The same as in tables, but without zeros at the end.
        "y_axis_format": re.sub(r"(?=[f%]$)", "~", number_format),
        "show_legend": "series" in chart or len(chart["metrics"]) > 1,
        "legendType": "scroll",
        "legendOrientation": "top",
        "rich_tooltip": True,
        "showTooltipTotal": False,
        "truncateXAxis": True,
        "row_limit": 10000,
        "truncate_metric": True,
    }


def table(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """Metrics by columns, the most of the first metric on top."""
    return "table", {
        "query_mode": "aggregate",
        "groupby": [*series(chart, dataset), *chart["rows"]],
        "metrics": chart["metrics"],
        "timeseries_limit_metric": chart["metrics"][0],
        "order_desc": True,
        "row_limit": 100,
        # All rows at once, without a choice of how many.
        "page_length": 0,
        "show_cell_bars": True,
        # What visitors send is text.
        "allow_render_html": False,
        "column_config": {
            metric: {"d3NumberFormat": dataset["metrics"][metric]["format"]}
            for metric in chart["metrics"]
        }
        | {column: {"truncateLongCells": True} for column in chart["rows"]},
    }


def pivot(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """One metric by two columns, or by one and weeks: cells, the more the darker."""
    (metric,) = chart["metrics"]
    across = series(chart, dataset) + ([WEEK] if "by" in chart else [])
    return "pivot_table_v2", {
        "groupbyRows": chart["rows"],
        "groupbyColumns": across,
        # For the columns' titles alone: a dashboard looks nowhere else for their names.
        "groupby": [*chart["rows"], *across],
        "metrics": chart["metrics"],
        "metricsLayout": "COLUMNS",
        "aggregateFunction": "Sum",
        "valueFormat": dataset["metrics"][metric]["format"],
        "rowOrder": "key_a_to_z",
        "colOrder": "key_a_to_z",
        "row_limit": 10000,
        "order_desc": True,
        # What visitors send is text.
        "allow_render_html": False,
        "conditional_formatting": [
            {"column": metric, "operator": "None", "colorScheme": "#4c8be0"}
        ],
    }


def funnel(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """One metric by the steps of a funnel, as shares of the first."""
    (metric,) = chart["metrics"]
    return "funnel", {
        "groupby": chart["rows"],
        "metric": metric,
        "number_format": dataset["metrics"][metric]["format"],
        "percent_calculation_type": "first_step",
        "label_type": 5,
        "tooltip_label_type": 5,
        "show_labels": True,
        "show_tooltip_labels": True,
        "show_legend": False,
        "sort_by_metric": True,
        "row_limit": 10,
    }


KINDS = {
    "compared": compared,
    "line": line,
    "stacked": stacked,
    "bar": bar,
    "ranking": ranking,
    "table": table,
    "pivot": pivot,
    "funnel": funnel,
}


def dashboard_file(
    plan: Settings,
    charts: Sequence[Settings],
    datasets: Mapping[str, Settings],
    period: str,
) -> Settings:
    """Layout, filters and colours."""
    return {
        "dashboard_title": plan["title"],
        "slug": plan["slug"],
        "published": True,
        "css": (FOLDER / "dashboard.css").read_text(),
        "position": position(plan, datasets),
        "metadata": {
            "native_filter_configuration": [
                native_filter(each, plan, charts, datasets, period)
                for each in plan["filters"]
            ],
            "filter_bar_orientation": "HORIZONTAL",
            "color_scheme": REMAINING_COLORS,
            "label_colors": label_colors(plan),
            "cross_filters_enabled": True,
            "refresh_frequency": 0,
        },
        "uuid": identity("dashboard"),
        "version": "1.0.0",
    }


def label_colors(plan: Settings) -> Settings:
    """A colour for each thing, also where it stands behind the name of a goal."""
    colors: Settings = dict(plan["colors"])
    for goal in plan.get("goals", []):
        colors |= {f"{goal}, {name}": color for name, color in plan["colors"].items()}
    return colors


def tab_key(title: str) -> str:
    """The name of a tab in the layout."""
    return "TAB-" + title.lower().replace(" ", "-")


def position(plan: Settings, datasets: Mapping[str, Settings]) -> Settings:
    """The tree of tabs, rows and charts, flat and with each one's parents."""
    root = ["ROOT_ID", "TABS-all"]
    layout: Settings = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["TABS-all"]},
        "HEADER_ID": {
            "type": "HEADER",
            "id": "HEADER_ID",
            "meta": {"text": plan["title"]},
        },
        "TABS-all": {
            "type": "TABS",
            "id": "TABS-all",
            "children": [tab_key(tab["title"]) for tab in plan["tabs"]],
            "parents": ["ROOT_ID"],
            "meta": {},
        },
    }
    for tab in plan["tabs"]:
        key = tab_key(tab["title"])
        rows = [f"ROW-{row['charts'][0]['number']}" for row in tab["rows"]]
        layout[key] = {
            "type": "TAB",
            "id": key,
            "children": rows,
            "parents": root,
            "meta": {"text": tab["title"], "defaultText": tab["title"]},
        }
        for row_key, row in zip(rows, tab["rows"], strict=True):
            layout[row_key] = {
                "type": "ROW",
                "id": row_key,
                "children": [f"COLUMN-{each['number']}" for each in row["charts"]],
                "parents": [*root, key],
                "meta": {"background": "BACKGROUND_TRANSPARENT"},
            }
            for chart in row["charts"]:
                parents = [*root, key, row_key]
                layout |= chart_layout(chart, parents, plan["filters"], datasets)
    return layout


def chart_layout(
    chart: Settings,
    parents: Sequence[str],
    filters: Sequence[Settings],
    datasets: Mapping[str, Settings],
) -> Settings:
    """A chart above its description, which Superset 6.1 shows nowhere by itself."""
    number, width = chart["number"], chart["width"]
    column, above, below = f"COLUMN-{number}", f"CHART-{number}", f"MARKDOWN-{number}"
    text = description(chart, datasets[chart["dataset"]], filters)
    characters = CHARACTERS_PER_COLUMN * width
    return {
        column: {
            "type": "COLUMN",
            "id": column,
            "children": [above, below],
            "parents": list(parents),
            "meta": {"width": width, "background": "BACKGROUND_TRANSPARENT"},
        },
        above: {
            "type": "CHART",
            "id": above,
            "children": [],
            "parents": [*parents, column],
            "meta": {
                "chartId": number,
                "uuid": identity("chart", chart["tab"], chart["title"]),
                "sliceName": chart["title"],
                "width": width,
                "height": chart["height"],
            },
        },
        below: {
            "type": "MARKDOWN",
            "id": below,
            "children": [],
            "parents": [*parents, column],
            "meta": {
                "code": text,
                "width": width,
                "height": 1 + 3 * -(-len(text) // characters),
            },
        },
    }


def native_filter(
    each: Settings,
    plan: Settings,
    charts: Sequence[Settings],
    datasets: Mapping[str, Settings],
    period: str,
) -> Settings:
    """A filter, the charts it acts on, and what it is set to at first."""
    tabs = each.get("tabs")
    settings: Settings = {
        "id": f"NATIVE_FILTER-{each['title'].lower()}",
        "name": each["title"],
        "type": "NATIVE_FILTER",
        "description": "",
        "cascadeParentIds": [],
        "scope": {
            "rootPath": [tab_key(tab) for tab in tabs] if tabs else ["ROOT_ID"],
            "excluded": [
                chart["number"]
                for chart in charts
                if not acts_on(each, datasets[chart["dataset"]])
            ],
        },
    }
    if each.get("kind") == "time":
        return settings | {
            "filterType": "filter_time",
            "targets": [{}],
            # A comparison needs a period: without one Superset shows an error.
            "controlValues": {"enableEmptyFilter": True},
            "defaultDataMask": {
                "extraFormData": {"time_range": period},
                "filterState": {"value": period},
            },
        }
    chosen = each.get("chosen", [])
    mask: Settings = {"extraFormData": {}, "filterState": {}}
    if chosen:
        condition = {"col": each["column"], "op": "IN", "val": chosen}
        mask = {
            "extraFormData": {"filters": [condition]},
            "filterState": {"value": chosen, "label": ", ".join(chosen)},
        }
    return settings | {
        "filterType": "filter_select",
        "targets": [
            {
                "datasetUuid": identity("dataset", each["dataset"]),
                "column": {"name": each["column"]},
            }
        ],
        "controlValues": {
            "enableEmptyFilter": each.get("single", False),
            "multiSelect": not each.get("single", False),
            "defaultToFirstItem": False,
            "searchAllOptions": False,
            "inverseSelection": False,
        },
        "defaultDataMask": mask,
    }
