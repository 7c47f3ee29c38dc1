"""Write the marts as one HTML file that asks nothing of the network.

`make report` reads the published marts and writes `report.html` beside them. The file
holds sums by day, channel, device category and visitor type, from which the page's
script answers every filter. It holds no identifier, but sums can be of one visitor, and
to count visitors exactly it holds, per set of visitors, all days, channels and devices
they came on: of a single one too, linked, without a name.
"""

import argparse
import base64
import gzip
import json
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import vl_convert

from serving.errors import guarded, tell
from serving.money import marts_currency, minor_digits
from serving.places import ROOT, places
from serving.report.charts import VERSION, charts

HERE = Path(__file__).parent
EPOCH = date(1970, 1, 1)

Columns = dict[str, list[Any]]


class Encoder:
    """Turns query answers into columns of small integers, which compress well."""

    def __init__(self) -> None:
        """Start with no text known."""
        self.texts: dict[str, dict[str, int]] = {}

    def encode(self, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Columns:
        """Columns by name: days since 1970, numbers of texts, numbers as they are."""
        return {
            name: [self.value(name, row[place]) for row in rows]
            for place, name in enumerate(names)
        }

    def value(self, name: str, value: Any) -> Any:
        """One value of a column; texts of columns with one name share their numbers."""
        if isinstance(value, date):
            return (value - EPOCH).days
        if isinstance(value, str) and name.endswith("_numbers"):
            return [int(number) for number in value.split()]
        if isinstance(value, str):
            known = self.texts.setdefault(name, {})
            return known.setdefault(value, len(known))
        return value


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page and say where it is and how large.

    Raises:
        SystemExit: where the marts cannot be read, hold no session, or the page cannot
            be written.
    """
    parser = argparse.ArgumentParser(
        prog="python -m serving.report", description=__doc__
    )
    serving = places().serving
    beside = serving.with_name("report.html")
    output = ROOT / os.environ.get("FOOTFALL_REPORT_PATH", beside)
    parser.add_argument("--database", type=Path, default=serving)
    parser.add_argument("--output", type=Path, default=output)
    options = parser.parse_args(arguments)
    if not options.database.is_file():
        raise SystemExit(
            f"There are no published marts at {options.database}: run `make build`, or"
            " name the file with FOOTFALL_SERVING_PATH."
        )
    html = page(read_marts(options.database))
    try:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        # So that whoever has the last one keeps it if the disk is full.
        unfinished = options.output.with_name(f".{options.output.name}.unfinished")
        try:
            unfinished.write_text(html, encoding="utf-8")
            unfinished.replace(options.output)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise SystemExit(
            f"The report cannot be written to {options.output} ({error.strerror}): name"
            " another file with FOOTFALL_REPORT_PATH."
        ) from error
    size = len(html.encode()) / 1_000_000
    tell(f"Wrote {options.output} ({size:.1f} MB): open it in a browser.", sys.stdout)


def read_marts(database: Path) -> dict[str, Any]:
    """What the page's script works on, from the queries in sql/.

    Raises:
        SystemExit: where the marts cannot be read or hold no session.
    """
    encoder = Encoder()
    data: dict[str, Any] = {}
    try:
        with duckdb.connect(str(database), read_only=True) as marts:
            for query in sorted((HERE / "sql").glob("*.sql")):
                answer = marts.execute(query.read_text(encoding="utf-8"))
                names = [column[0] for column in answer.description]
                data[query.stem] = encoder.encode(names, answer.fetchall())
            (build_id,) = marts.execute(
                "select max(build_id) from fct_sessions"
            ).fetchall()[0]
            money_digits = minor_digits(marts_currency(marts))
    except duckdb.Error as error:
        raise SystemExit(
            f"The marts in {database} cannot be read: run `make build` to publish them"
            f" anew. ({str(error).splitlines()[0]})"
        ) from error
    if build_id is None:
        raise SystemExit(
            f"The marts in {database} hold no session, so there is nothing to report:"
            " check `sources` and the files that they name, then run `make build`."
        )
    texts = {name: list(known) for name, known in encoder.texts.items()}
    facts = {"build_id": build_id, "money_digits": money_digits}
    return {**data, "texts": texts, **facts}


def page(data: dict[str, Any]) -> str:
    """The whole page: its style, its scripts, Vega and the data."""
    specs = charts(data["texts"], data["money_digits"])
    packed = gzip.compress(json.dumps(data, separators=(",", ":")).encode(), mtime=0)
    parts = {
        "style": (HERE / "page.css").read_text(encoding="utf-8"),
        "vega": vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", VERSION),
        "specs": json.dumps(specs, separators=(",", ":")),
        "data": base64.b64encode(packed).decode(),
        "script": (HERE / "page.js").read_text(encoding="utf-8"),
    }
    html = (HERE / "page.html").read_text(encoding="utf-8")
    for name, text in parts.items():
        html = html.replace(f"@@{name}@@", text)
    return html


def command() -> int:
    """The report, once it is there."""
    main()
    return 0


if __name__ == "__main__":
    sys.exit(guarded(command, 1))
