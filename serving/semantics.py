"""The metrics as models/semantic/ defines them, for all that count without MetricFlow.

`measure("bounce_rate")` is the SQL that counts a metric over the mart of its semantic
model, `rows` a query over the marts of several, for metrics that need more than one.
Needs nothing but the files: no dbt, no database.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from serving.places import ROOT

FOLDER = ROOT / "models" / "semantic"
DAY = "report_date"
"""What `rows` calls the day that a model counts by."""
AGGREGATES = {
    "sum": "sum({})",
    "count_distinct": "count(distinct {})",
    "average": "avg({})",
    "median": "median({})",
}
# {{ Dimension('credit__attribution_model') }} and {{ Entity('channel') }}.
NAMED = re.compile(r"\{\{\s*\w+\(\s*'([^']+)'[^}]*\}\}")

Settings = dict[str, Any]


class SemanticsError(Exception):
    """What is asked of the metrics and is not in them, for people."""


@dataclass(frozen=True)
class Model:
    """A mart with what can be counted in it, and by what."""

    name: str
    relation: str
    date: str
    """What the day is by which it counts, in SQL."""
    primary: str
    """The entity that one row is."""
    key: str
    """The column of that entity; none where nothing is joined to it."""
    entities: Mapping[str, str]
    """Entities of which a row names one, and the column that does."""
    dimensions: Mapping[str, str]
    """What to group by, but days, in SQL by name."""
    measures: Mapping[str, Settings]
    """What is aggregated, as the file has it."""


@dataclass(frozen=True)
class Metric:
    """A number that people ask for by its name."""

    name: str
    label: str
    description: str
    format: str
    """As d3 has it, or `money` with the currency's digits, or `whole_money`."""
    one_of: tuple[str, ...]
    """Dimensions of which it needs one value each: group by them or filter."""
    definition: Settings
    """The metric as the file has it."""

    @property
    def means(self) -> str:
        """What is counted, to stand after the label: the first sentence."""
        first = re.split(r"\.(?: |$)", self.description)[0]
        return first[0].lower() + first[1:]


@dataclass(frozen=True)
class Semantics:
    """All that the files define."""

    models: Mapping[str, Model]
    metrics: Mapping[str, Metric]
    parts: Mapping[str, Settings]
    """Metrics that only other metrics ask for, each one measure."""

    @property
    def keys(self) -> set[str]:
        """The entities of which rows of other models name one."""
        return {model.primary for model in self.models.values() if model.key}

    def models_of(self, name: str) -> list[str]:
        """The semantic models that a metric is counted from."""
        found = dict.fromkeys(
            self.owner(measure).name for measure in self.measures_of(name)
        )
        return list(found)

    def measures_of(self, name: str) -> list[str]:
        """The measures that a metric is made of."""
        parameters = self.definition(name)["type_params"]
        if "measure" in parameters:
            return [parameters["measure"]]
        found = dict.fromkeys(
            measure
            for each in inputs(parameters)
            for measure in self.measures_of(each["name"])
        )
        return list(found)

    def definition(self, name: str) -> Settings:
        """A metric or a part of one, as the file has it."""
        if name in self.metrics:
            return self.metrics[name].definition
        if name in self.parts:
            return self.parts[name]
        raise SemanticsError(f"models/semantic/ has no metric '{name}'.")

    def owner(self, measure: str) -> Model:
        """The semantic model that a measure is of."""
        return next(
            model for model in self.models.values() if measure in model.measures
        )

    def sql(
        self, name: str, column: Callable[[str], str] | None = None, where: str = ""
    ) -> str:
        """What counts a metric, over the mart of its semantic model.

        Args:
            name: of the metric.
            column: what is aggregated for a measure, its expression unless given.
            where: what rows have to fulfil in order to count.
        """
        definition = self.definition(name)
        parameters = definition["type_params"]
        if "measure" in parameters:
            return self.aggregate(parameters["measure"], column, where)
        counted = {
            str(each.get("alias", each["name"])): self.sql(
                each["name"], column, NAMED.sub(last_name, each.get("filter", ""))
            )
            for each in inputs(parameters)
        }
        if definition["type"] == "ratio":
            above, below = counted.values()
            return f"cast({above} as double) / nullif(cast({below} as double), 0)"
        names = re.compile(rf"\b({'|'.join(counted)})\b")
        made: str = names.sub(lambda found: counted[found[1]], parameters["expr"])
        return made

    def aggregate(
        self, measure: str, column: Callable[[str], str] | None, where: str
    ) -> str:
        """The aggregate of one measure."""
        settings = self.owner(measure).measures[measure]
        said = column(measure) if column else settings.get("expr", measure)
        filtered = f" filter (where {where})" if where else ""
        return AGGREGATES[settings["agg"]].format(said) + filtered

    def rows(self, columns: Mapping[str, Sequence[str]]) -> str:
        """A query with the rows of several semantic models, one after the other.

        Each model's day is `report_date`, each measure a column of its name, null in
        the rows of other models; there `sql(name, column=str)` counts a metric.

        Args:
            columns: of each model what to group by, as MetricFlow has it: `channel`,
                `session__channel`, `conversion__session__channel`. Its last part is
                the name of the column.
        """
        selects = [self.select(self.models[name], columns[name]) for name in columns]
        return "\nunion all by name\n".join(selects)

    def select(self, model: Model, columns: Sequence[str]) -> str:
        """The rows of one semantic model, with what is known of their entities."""
        own = {
            DAY: model.date,
            **model.entities,
            **model.dimensions,
            **{name: each.get("expr", name) for name, each in model.measures.items()},
        }
        fields = [f"{model.name}.{DAY}"]
        joins: dict[str, str] = {}
        for name in columns:
            *path, last = name.split("__")
            if path[:1] == [model.primary]:
                path = path[1:]
            alias, holder, known = model.name, model, own
            for entity in path:
                if entity not in holder.entities:
                    raise SemanticsError(
                        f"models/semantic/: '{holder.name}' knows no {entity}, and so"
                        f" not '{name}'."
                    )
                key = entity if holder is model else holder.entities[entity]
                before, alias = alias, f"{alias}_{entity}"
                holder = self.holder(entity)
                known = {**holder.entities, **holder.dimensions}
                joins[alias] = (
                    f"left join {holder.relation} as {alias}"
                    f" on {before}.{key} = {alias}.{holder.key}"
                )
            if last not in known:
                raise SemanticsError(
                    f"models/semantic/: '{holder.name}' has no dimension '{last}'."
                )
            value = f"{alias}.{last if holder is model else known[last]}"
            # What has no session is told apart from what is unknown of one.
            if path[-1:] == ["session"]:
                missing = f"{alias}.{holder.key} is null"
                value = f"case when {missing} then '(no session)' else {value} end"
            fields.append(f"{value} as {last}")
        fields += [f"{model.name}.{name}" for name in model.measures]
        inner = ", ".join(f"{each} as {name}" for name, each in own.items())
        return "\n".join(
            [
                f"select {', '.join(fields)}",
                f"from (select {inner} from {model.relation}) as {model.name}",
                *joins.values(),
            ]
        )

    def holder(self, entity: str) -> Model:
        """The semantic model of which one row is an entity."""
        return next(
            each for each in self.models.values() if each.primary == entity and each.key
        )


def inputs(parameters: Settings) -> Iterator[Settings]:
    """The metrics that a ratio or a derived metric is made of."""
    both = [
        parameters[each] for each in ("numerator", "denominator") if each in parameters
    ]
    for each in both or parameters.get("metrics", []):
        yield {"name": each} if isinstance(each, str) else each


def last_name(found: re.Match[str]) -> str:
    """The column that a filter names with the way to it."""
    return found[1].rpartition("__")[2]


@cache
def definitions() -> dict[str, list[Settings]]:
    """`semantic_models` and `metrics` as the files have them, read once a process."""
    files = [yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yml"))]
    return {
        kind: [each for file in files for each in file[kind]]
        for kind in ("semantic_models", "metrics")
    }


@cache
def semantics() -> Semantics:
    """What models/semantic/ defines."""
    models = [model_of(each) for each in definitions()["semantic_models"]]
    metrics = [metric_of(each) for each in definitions()["metrics"]]
    return Semantics(
        {model.name: model for model in models},
        {metric.name: metric for metric in metrics},
        {
            name: {"type": "simple", "type_params": {"measure": name}}
            for model in models
            for name, settings in model.measures.items()
            if settings.get("create_metric")
        },
    )


def measure(name: str) -> str:
    """The SQL that counts a metric over the mart of its semantic model."""
    known = semantics()
    models = known.models_of(name)
    if len(models) > 1:
        raise SemanticsError(
            f"{name} is counted from {' and '.join(models)}: ask for `rows` of both."
        )
    return known.sql(name)


def filled(query: str) -> str:
    """A query with the SQL of the metrics that it names, as in `metric('bounces')`."""
    return re.sub(r"\bmetric\('(\w+)'\)", lambda found: measure(found[1]), query)


def model_of(said: Settings) -> Model:
    """A semantic model of a file."""
    entities = {each["name"]: each for each in said.get("entities", [])}
    primary = next(
        (each for each in entities.values() if each["type"] == "primary"), None
    )
    columns = {
        each["name"]: each.get("expr", each["name"]) for each in said["dimensions"]
    }
    relation = re.search(r"'(\w+)'\)", said["model"])
    assert relation
    return Model(
        said["name"],
        relation[1],
        columns[said["defaults"]["agg_time_dimension"]],
        primary["name"] if primary else said["primary_entity"],
        primary["expr"] if primary else "",
        {
            name: each.get("expr", name)
            for name, each in entities.items()
            if each["type"] == "foreign"
        },
        {
            each["name"]: columns[each["name"]]
            for each in said["dimensions"]
            if each["type"] == "categorical"
        },
        {each["name"]: each for each in said["measures"]},
    )


def metric_of(said: Settings) -> Metric:
    """A metric of a file."""
    meta = said["config"]["meta"]
    return Metric(
        said["name"],
        said["label"],
        said["description"],
        meta["format"],
        tuple(meta.get("one_of", [])),
        said,
    )
