"""Ask for metrics by name, in one process and without a network.

`make ask ASK="--metrics conversion_rate --group-by session__channel"` answers from the
published marts; `--list` says what there is. The definitions are those of
models/semantic/, the SQL is made by MetricFlow's engine.
"""

import argparse
import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import duckdb
from metricflow.engine.metricflow_engine import (
    MetricFlowEngine,
    MetricFlowQueryRequest,
)
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantic_interfaces.implementations.semantic_manifest import (
    PydanticSemanticManifest,
)
from metricflow_semantic_interfaces.references import MetricReference
from metricflow_semantics.errors.error_classes import MetricFlowException
from metricflow_semantics.model.dbt_manifest_parser import (
    transform_dbt_generated_manifest,
)
from metricflow_semantics.model.linkable_element_property import GroupByItemProperty
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup
from metricflow_semantics.model.semantics.element_filter import GroupByItemSetFilter
from metricflow_semantics.model.semantics.linkable_element import LinkableElementType

from serving.errors import guarded, tell
from serving.money import marts_currency, minor_digits
from serving.places import called, places
from serving.semantics import Metric, definitions, inputs, semantics

SCHEMA = "main"
# The rows that stand for the days of which nothing is counted.
TIME_SPINE = {"alias": "dim_dates", "schema_name": SCHEMA}
TIME = "metric_time"
# MetricFlow would group by metrics and by parts of days too.
NO_GROUPS = {GroupByItemProperty.METRIC, GroupByItemProperty.DATE_PART}
# Texts, what is in braces already, and names, in SQL.
TOKENS = re.compile(r"'(?:[^']|'')*'|\{\{.*?\}\}|[A-Za-z_]\w*")
NEAREST = 3

Settings = dict[str, Any]


class AskError(Exception):
    """What is asked for and cannot be answered, for people."""


@dataclass(frozen=True)
class Answer:
    """What a question came to: groups first, then metrics."""

    names: list[str]
    rows: list[tuple[Any, ...]]


class Client:
    """What MetricFlow's engine has to know of a database in order to write its SQL."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()


class Asker:
    """Answers questions from one file with marts."""

    def __init__(self, marts: duckdb.DuckDBPyConnection) -> None:
        """Read the definitions, and which marts there are."""
        self.marts = marts
        self.known = semantics()
        relations = "select table_name from information_schema.tables"
        self.relations = {name for (name,) in marts.execute(relations).fetchall()}
        self.lookup = SemanticManifestLookup(manifest())
        self.engine = MetricFlowEngine(self.lookup, Client())  # type: ignore[arg-type]

    def ask(
        self,
        metrics: Sequence[str],
        group_by: Sequence[str] = (),
        where: str = "",
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> Answer:
        """What metrics come to, by groups, in the order of the groups unless told.

        Args:
            metrics: names, as `--list` has them.
            group_by: dimensions, such as `session__channel` or `metric_time__month`.
            where: SQL over dimensions.
            order: metrics and dimensions, the greatest first if `-` precedes.
            limit: of rows.

        Raises:
            AskError: where there is no such thing, or no one number.
        """
        sql = self.sql(metrics, group_by, where, order or group_by, limit)
        try:
            answer = self.marts.execute(sql)
        except duckdb.Error as error:
            said = str(error).splitlines()[0]
            raise AskError(
                "The marts have no answer: look at the names and values in --where, and"
                f" whether the marts are of this version. ({said})"
            ) from error
        found = [column[0] for column in answer.description]
        names = [*group_by, *metrics]
        # What is grouped by time without a grain is told by day.
        places = [found.index(f"{TIME}__day" if n == TIME else n) for n in names]
        rows = [tuple(row[place] for place in places) for row in answer.fetchall()]
        return Answer(names, rows)

    def sql(
        self,
        metrics: Sequence[str],
        group_by: Sequence[str] = (),
        where: str = "",
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> str:
        """The SQL that answers a question. Raises AskError as `ask` does."""
        for name in metrics:
            if name not in self.known.metrics:
                raise AskError(unknown("metric", name, self.known.metrics))
            if lacking := self.lacking(name):
                raise AskError(
                    f"{name} is counted from {lacking[0]}, which is not among these"
                    " marts: its topic is switched off, or they are of another version."
                )
        dimensions = self.dimensions(metrics)
        for name in group_by:
            if name not in dimensions:
                raise AskError(self.unknown_dimension(name, metrics))
        names = [*group_by, *metrics]
        for name in order:
            if name.lstrip("-") not in names:
                raise AskError(unknown("column to order by", name.lstrip("-"), names))
        condition = self.condition(where, metrics, dimensions)
        for name in metrics:
            check_one_of(self.known.metrics[name], group_by, where)
        request = MetricFlowQueryRequest.create(
            metric_names=metrics,
            group_by_names=list(group_by) or None,
            where_constraints=[condition] if condition else None,
            order_by_names=list(order) or None,
            limit=limit,
        )
        try:
            explained = self.engine.explain(request)
        except MetricFlowException as error:
            said = " ".join(str(error).split())
            raise AskError(f"MetricFlow cannot answer that: {said}") from error
        return explained.sql_statement.without_descriptions.sql

    def lacking(self, name: str) -> list[str]:
        """The marts that a metric is counted from and that are not there."""
        models = [self.known.models[each] for each in self.known.models_of(name)]
        return [each.relation for each in models if each.relation not in self.relations]

    def dimensions(self, metrics: Sequence[str]) -> dict[str, str]:
        """What all of some metrics can be grouped by, and what MetricFlow calls it."""
        items = self.lookup.metric_lookup.get_common_group_by_items(
            [MetricReference(name) for name in metrics],
            GroupByItemSetFilter.create(any_properties_denylist=NO_GROUPS),
        )
        found = {TIME: f"{{{{ TimeDimension('{TIME}', 'day') }}}}"}
        for each in items.annotated_specs:
            name = each.spec.dunder_name
            # A session or a conversion is no group, but what groups are known by.
            if name.rpartition("__")[2] in self.known.keys:
                continue
            if each.element_type is LinkableElementType.TIME_DIMENSION:
                if name.startswith(TIME):
                    grain = name.rpartition("__")[2]
                    found[name] = f"{{{{ TimeDimension('{TIME}', '{grain}') }}}}"
            elif each.element_type is LinkableElementType.ENTITY:
                found[name] = f"{{{{ Entity('{name}') }}}}"
            else:
                found[name] = f"{{{{ Dimension('{name}') }}}}"
        return found

    def unknown_dimension(self, name: str, metrics: Sequence[str]) -> str:
        """Which metrics cannot be grouped by a name, with the nearest that they can."""
        lacking = [each for each in metrics if name not in self.dimensions([each])]
        near = nearest(name, list(self.dimensions(lacking)))
        return (
            f"{' and '.join(lacking)} cannot be grouped by '{name}'; the nearest are"
            f" {', '.join(near)}."
        )

    def condition(
        self, where: str, metrics: Sequence[str], dimensions: dict[str, str]
    ) -> str:
        """A condition whose dimensions are told as MetricFlow wants them."""

        def told(found: re.Match[str]) -> str:
            name = found[0]
            if name in dimensions:
                return dimensions[name]
            if "__" in name and name[0] not in "'{":
                raise AskError(self.unknown_dimension(name, metrics))
            return name

        return TOKENS.sub(told, where)


def check_one_of(metric: Metric, group_by: Sequence[str], where: str) -> None:
    """Raise AskError where a metric needs one thing, and several are asked for.

    A condition on the thing is taken to choose one; where it does not, the metric is
    null.
    """
    for dimension in metric.one_of:
        entity, dunder, _ = dimension.partition("__")
        is_chosen = re.search(rf"\b{entity}{dunder}", where)
        if dimension not in group_by and not is_chosen:
            raise AskError(
                f"{metric.name} is of one {dimension}: group by it, or choose one with"
                f" --where \"{dimension} = '...'\"."
            )


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """That there is no such name, with the nearest."""
    near = nearest(name, list(known))
    return f"There is no {kind} '{name}'; the nearest are {', '.join(near)}."


def nearest(name: str, known: list[str]) -> list[str]:
    """The names that are most alike, their last part counting as the whole."""
    last = name.rpartition("__")[2]
    ends = [each for each in known if each.rpartition("__")[2] == last]
    alike = get_close_matches(name, known, NEAREST, 0)
    return list(dict.fromkeys(ends + alike))[:NEAREST]


def manifest() -> PydanticSemanticManifest:
    """The definitions as MetricFlow has them; what dbt would make of the files."""
    known = semantics().models
    models = [
        {
            **each,
            "node_relation": {
                "alias": known[each["name"]].relation,
                "schema_name": SCHEMA,
            },
        }
        for each in definitions()["semantic_models"]
    ]
    metrics = [
        {**each, "type_params": spelled_out(each["type_params"])}
        for each in definitions()["metrics"]
    ]
    spine = {
        "node_relation": TIME_SPINE,
        "primary_column": {"name": "report_date", "time_granularity": "day"},
    }
    return transform_dbt_generated_manifest(
        PydanticSemanticManifest.parse_obj(
            {
                "semantic_models": models,
                "metrics": metrics,
                "project_configuration": {"time_spines": [spine]},
            }
        )
    )


def spelled_out(parameters: Settings) -> Settings:
    """What a metric is made of, with the names of metrics as settings."""
    made = list(inputs(parameters))
    if "numerator" in parameters:
        return {**parameters, "numerator": made[0], "denominator": made[1]}
    return {**parameters, "metrics": made} if made else parameters


@contextmanager
def asker(database: Path | None = None) -> Iterator[Asker]:
    """Answers from a file that nobody writes to meanwhile: the published marts.

    Raises AskError where there is none.
    """
    path = database or places().serving
    if not path.is_file():
        raise AskError(
            f"There are no published marts at {path}: run `make build`, or name the"
            " file with FOOTFALL_SERVING_PATH."
        )
    # A condition is SQL: it reads these marts and no other file.
    settings: Settings = {"enable_external_access": False}
    with duckdb.connect(str(path), read_only=True, config=settings) as marts:
        yield Asker(marts)


def as_table(answer: Answer, formats: Sequence[str]) -> str:
    """Columns below their names, numbers as people read them."""
    cells = [answer.names] + [
        [shown(value, form) for value, form in zip(row, formats, strict=True)]
        for row in answer.rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            each.rjust(width) if form else each.ljust(width)
            for each, width, form in zip(line, widths, formats, strict=True)
        ).rstrip()
        for line in cells
    )


def shown(value: Any, form: str) -> str:
    """A value in the format of its metric, of which a dimension has none."""
    if value is None:
        return "" if form else "(none)"
    if not form:
        return plain(value)
    return format(int(value) if form.endswith("d") else value, form)


def plain(value: Any) -> str:
    """A value as it is; a day without its midnight."""
    return str(value).removesuffix(" 00:00:00")


def as_csv(answer: Answer) -> str:
    """The same with values as they are."""
    said = io.StringIO()
    writer = csv.writer(said, lineterminator="\n")
    writer.writerow(answer.names)
    for row in answer.rows:
        writer.writerow("" if each is None else plain(each) for each in row)
    return said.getvalue().rstrip("\n")


def listed(asked: Asker, metrics: Sequence[str]) -> str:
    """What there is to ask for: metrics, or the dimensions of some."""
    if metrics:
        return "\n".join(sorted(asked.dimensions(metrics)))
    known = [
        each for each in asked.known.metrics.values() if not asked.lacking(each.name)
    ]
    width = max(len(each.name) for each in known)
    return "\n".join(
        f"{each.name.ljust(width)}  {each.label}: {each.means}" for each in known
    )


def names(said: str) -> list[str]:
    """Names with commas between them."""
    return [each.strip() for each in said.split(",") if each.strip()]


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        prog=called("python -m serving.metrics"),
        description="Ask the published marts for metrics by name. Writes nothing.",
    )
    add = parser.add_argument
    add("--metrics", type=names, default=[], help="names, with commas between")
    add("--group-by", type=names, default=[], help="dimensions, with commas between")
    add("--where", default="", help="SQL over dimensions")
    add("--order", type=names, default=[], help="columns; -NAME: the greatest first")
    add("--limit", type=int, help="number of rows")
    add("--csv", action="store_true", help="values with commas, not rounded")
    add("--explain", action="store_true", help="the SQL instead of the answer")
    add("--list", action="store_true", help="all metrics, or dimensions of --metrics")
    add("--database", type=Path, help="a file with marts, if not the published one")
    # Else argparse takes `--order -sessions` for two options.
    joined = re.sub(r"(^|\0)--order\0", r"\1--order=", "\0".join(arguments))
    options = parser.parse_args(joined.split("\0") if joined else [])
    if not options.metrics and not options.list:
        parser.error("name --metrics, or ask for the --list of them")
    return options


def main(arguments: Sequence[str]) -> int:
    """Answer, and say it."""
    options = parsed(arguments)
    question = (options.metrics, options.group_by, options.where)
    with asker(options.database) as asked:
        if options.list:
            said = listed(asked, options.metrics)
        elif options.explain:
            said = asked.sql(*question, options.order, options.limit)
        else:
            answer = asked.ask(*question, options.order, options.limit)
            digits = minor_digits(marts_currency(asked.marts))
            money = {"money": f",.{digits}f", "whole_money": ",.0f"}
            formats = [""] * len(options.group_by)
            for name in options.metrics:
                told = asked.known.metrics[name].format
                formats.append(money.get(told, told))
            said = as_csv(answer) if options.csv else as_table(answer, formats)
    tell(said, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(guarded(lambda: main(sys.argv[1:]), 1))
