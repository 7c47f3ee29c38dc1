"""Turn datasets.yml and dashboard.yml into the files that Superset imports.

Superset's own format is a file per chart, most of it alike; here each chart is a line.
Metrics come from models/semantic/, columns, their types and descriptions from the
serving file.
"""

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
# For what has no colour in dashboard.yml: blues on which text can be read.
REMAINING_COLORS = "d3Category20c"
# How much of a description fits in a line, per column of the layout's twelve.
CHARACTERS_PER_COLUMN = 16
# So young, the data is live, and the dashboard opens at the month before today's.
LIVE_DAYS = 7
GRAINS = {"day": "P1D", "week": "P1W"}

Settings = dict[str, Any]


class BundleError(Exception):
    """What is wrong with the YAML files or the serving file, for people."""


def bundle(serving: Path, today: date) -> tuple[dict[str, str], list[str]]:
    """What Superset imports, as file names and their YAML.

    `today` decides whether the data are live. The second value holds the titles of the
    charts that were left out because a mart of theirs is not in the serving file.
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
        files[name] = chart_file(chart, datasets, plan["filters"])
    texts = {
        name: yaml.safe_dump(each, sort_keys=False) for name, each in files.items()
    }
    return texts, absent


def identity(*names: str) -> str:
    """A UUID that is the same in every run: an import replaces what was there."""
    return str(uuid5(NAMESPACE_URL, "/".join(("footfall", *names))))


def read_datasets(connection: duckdb.DuckDBPyConnection) -> dict[str, Settings]:
    """The datasets whose marts are all there, with columns and the format of money."""
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
    }
    has_currency = "fct_conversions" in tables
    currency = marts_currency(connection) if has_currency else None
    money = f",.{minor_digits(currency)}f"
    for name, dataset in present.items():
        if "rows" in dataset:
            dataset["sql"] = semantics().rows(dataset["rows"])
        query = dataset.get("sql") or f"from {dataset['reads'][0]}"
        dataset["metrics"] = {
            **dict(named_metrics(dataset)),
            **dataset.get("of_all_days", {}),
        }
        for metric in dataset["metrics"].values():
            metric["format"] = (
                metric["format"].replace("whole_money", ",.0f").replace("money", money)
            )
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
    return present


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
    for column in dimensions(chart):
        if column not in columns:
            raise BundleError(f"{where}: its dataset has no column '{column}'.")


def dimensions(chart: Settings) -> list[str]:
    """The columns by which a chart is split, but time."""
    return [*chart.get("rows", []), *([chart["series"]] if "series" in chart else [])]


def column_names(dataset: Settings) -> set[str]:
    """The columns of a dataset."""
    return {column["column_name"] for column in dataset["columns"]}


def choose_first(
    connection: duckdb.DuckDBPyConnection,
    plan: Settings,
    datasets: Mapping[str, Settings],
) -> None:
    """Set filters of which one value has to be chosen to the first there is."""
    for each in plan["filters"]:
        if each.get("single"):
            mart = datasets[each["dataset"]]["reads"][0]
            ((value,),) = connection.execute(
                f"select min({each['column']}) from {mart}"
            ).fetchall()
            each["chosen"] = [value] if value is not None else []


def default_period(
    connection: duckdb.DuckDBPyConnection, datasets: Mapping[str, Settings], today: date
) -> str:
    """The last whole month, in words that move on where the data are live.

    All there is where they begin after it.
    """
    dataset = datasets["sessions"]
    ((first, last),) = connection.execute(
        f"select min({dataset['date']}), max({dataset['date']})"
        f" from {dataset['reads'][0]}"
    ).fetchall()
    if last is None:
        return "previous calendar month"
    if (today - last).days <= LIVE_DAYS:
        is_young = first >= today.replace(day=1)
        return "No filter" if is_young else "previous calendar month"
    end = (last + timedelta(days=1)).replace(day=1)
    start = (end - timedelta(days=1)).replace(day=1)
    return f"{start} : {end}"


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
        "main_dttm_col": dataset["date"],
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
    chart: Settings, datasets: Mapping[str, Settings], filters: Sequence[Settings]
) -> Settings:
    """A chart with Superset's settings for its kind."""
    dataset = datasets[chart["dataset"]]
    viz_type, settings = KINDS[chart["kind"]](chart, dataset)
    conditions: list[Settings] = [
        {
            "clause": "WHERE",
            "expressionType": "SIMPLE",
            "subject": dataset["date"],
            "operator": "TEMPORAL_RANGE",
            "comparator": "No filter",
        }
    ]
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
        "description": description(chart, dataset, filters),
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


def description(chart: Settings, dataset: Settings, filters: Sequence[Settings]) -> str:
    """What a chart shows: the marts, the metrics, and which filters do not act."""
    marts = " and ".join(f"`{mart}`" for mart in dataset["reads"])
    if chart["kind"] == "compared":
        marts += "; # is the period before, △ the change since"
    metrics = [dataset["metrics"][metric] for metric in chart["metrics"]]
    if len(metrics) == 1:
        said = f"{metrics[0]['title']} ({metrics[0]['means']}), from {marts}."
    else:
        said = f"{', '.join(each['title'] for each in metrics)}, from {marts}."
    unheard = [
        each["title"]
        for each in filters
        if "tabs" not in each and not acts_on(each, dataset)
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
    return each.get("kind") == "time" or each["column"] in column_names(dataset)


def compared(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """A number beside that of the period before."""
    (metric,) = chart["metrics"]
    return "pop_kpi", {
        "metric": metric,
        "comparison_type": "values",
        "time_compare": "inherit",
        "comparison_color_enabled": True,
        "comparison_color_scheme": chart.get("more_is", "Green"),
        "y_axis_format": dataset["metrics"][metric]["format"],
        "percentDifferenceFormat": "+.1%",
        "header_font_size": 0.4,
        "subheader_font_size": 0.125,
    }


def line(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """Metrics over time."""
    return "echarts_timeseries_line", over_time(chart, dataset) | {
        "markerEnabled": chart["by"] != "day",
        "markerSize": 5,
    }


def stacked(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """One metric over time, in parts that add up."""
    return "echarts_timeseries_bar", over_time(chart, dataset) | {"stack": "Stack"}


def over_time(chart: Settings, dataset: Settings) -> Settings:
    """What lines and bars over time share."""
    settings = axes(chart, dataset) | {
        "groupby": [chart["series"]] if "series" in chart else [],
    }
    if chart["by"] == "week":
        # As text, each week has its label; an axis of time puts them where it likes.
        day = f"date_trunc('week', {dataset['date']})"
        return settings | {
            "x_axis": {
                "expressionType": "SQL",
                "sqlExpression": f"strftime({day}, '%Y-%m-%d')",
                "label": "Week from",
            },
            "xAxisForceCategorical": True,
            "x_axis_sort_series": "name",
            "x_axis_sort_series_ascending": True,
        }
    return settings | {
        "x_axis": dataset["date"],
        "time_grain_sqla": GRAINS[chart["by"]],
        "x_axis_time_format": "%-d %b",
        "tooltipTimeFormat": "%a %-d %b %Y",
    }


def bar(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """One metric by two columns: groups of bars."""
    (column,) = chart["rows"]
    return "echarts_timeseries_bar", axes(chart, dataset) | {
        "x_axis": column,
        "groupby": [chart["series"]],
        "xAxisForceCategorical": True,
        "xAxisLabelInterval": "0",
        # All channels have room for their names aslant alone.
        "xAxisLabelRotation": 45 if column == "channel" else 0,
        "x_axis_sort_series": "name",
        "x_axis_sort_series_ascending": True,
        "sort_series_type": "name",
        "sort_series_ascending": True,
    }


def ranking(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """One metric by one column: bars, the longest on top."""
    (column,) = chart["rows"]
    (metric,) = chart["metrics"]
    return "echarts_timeseries_bar", axes(chart, dataset) | {
        "x_axis": column,
        "groupby": [],
        "orientation": "horizontal",
        "xAxisForceCategorical": True,
        "x_axis_sort": metric,
        "x_axis_sort_asc": True,
        "show_value": True,
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
        "groupby": chart["rows"],
        "metrics": chart["metrics"],
        "timeseries_limit_metric": chart["metrics"][0],
        "order_desc": True,
        "row_limit": 100,
        # All rows at once, without a choice of how many.
        "page_length": 0,
        "show_cell_bars": True,
        "column_config": {
            metric: {"d3NumberFormat": dataset["metrics"][metric]["format"]}
            for metric in chart["metrics"]
        },
    }


def pivot(chart: Settings, dataset: Settings) -> tuple[str, Settings]:
    """One metric by two columns, or by one and time: cells, the more the darker."""
    (metric,) = chart["metrics"]
    settings: Settings = {
        "groupbyRows": chart["rows"],
        "groupbyColumns": [chart.get("series", dataset["date"])],
        # For the columns' titles alone: a dashboard looks nowhere else for their names.
        "groupby": dimensions(chart),
        "metrics": chart["metrics"],
        "metricsLayout": "COLUMNS",
        "aggregateFunction": "Sum",
        "valueFormat": dataset["metrics"][metric]["format"],
        "rowOrder": "key_a_to_z",
        "colOrder": "key_a_to_z",
        "row_limit": 10000,
        "order_desc": True,
        "conditional_formatting": [
            {"column": metric, "operator": "None", "colorScheme": "#4c8be0"}
        ],
    }
    if "by" in chart:
        settings |= {
            "time_grain_sqla": GRAINS[chart["by"]],
            "temporal_columns_lookup": {dataset["date"]: True},
            "date_format": "%-d %b %Y",
        }
    return "pivot_table_v2", settings


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
            "label_colors": plan["colors"],
            "cross_filters_enabled": True,
            "refresh_frequency": 0,
        },
        "uuid": identity("dashboard"),
        "version": "1.0.0",
    }


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
            "controlValues": {"enableEmptyFilter": False},
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
