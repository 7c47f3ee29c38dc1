"""Write the marts as one HTML file that asks nothing of the network.

`make report` reads the published marts and writes `report.html` beside them. The file
holds counts by day and by every name that the page filters by (channel, source,
campaign, device, country, landing page), from which its script answers every filter. It
holds no column of ids; page addresses are as visitors sent them, such as /account/4711,
and so are sources and campaigns. A count can be of one session, and to count visitors
exactly it holds, per set of visitors, all days, channels and devices they came on: of a
single one too, linked, without a name.
"""

import argparse
import base64
import gzip
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from serving.errors import guarded, tell
from serving.money import marts_currency, minor_digits
from serving.places import called, places
from serving.semantics import filled

HERE = Path(__file__).parent
SCRIPTS = ("data", "draw", "charts", "page")
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, say where it is and how large, and end with 0.

    Raises:
        SystemExit: where the marts cannot be read, hold no session, or the page cannot
            be written.
    """
    parser = argparse.ArgumentParser(
        prog=called("python -m serving.report"), description=called(str(__doc__))
    )
    where = places()
    parser.add_argument("--database", type=Path, default=where.serving)
    parser.add_argument("--output", type=Path, default=where.report)
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
    return 0


def read_marts(database: Path) -> dict[str, Any]:
    """What the page's script works on, from the queries in sql/.

    Raises:
        SystemExit: where the marts cannot be read or hold no session.
    """
    encoder = Encoder()
    data: dict[str, Any] = {"missing": {}}
    lacking: dict[str, str] = {}
    try:
        with duckdb.connect(str(database), read_only=True) as marts:
            for query in sorted((HERE / "sql" / "shared").glob("*.sql")):
                text = query.read_text(encoding="utf-8")
                try:
                    marts.execute(f"create temp table {query.stem} as {text}")
                except duckdb.CatalogException as error:
                    lacking[query.stem] = absent(error)
            for query in sorted((HERE / "sql").glob("*.sql")):
                try:
                    answer = marts.execute(filled(query.read_text(encoding="utf-8")))
                except duckdb.CatalogException as error:
                    # Whoever builds some marts alone has a page of those.
                    name = absent(error)
                    data["missing"][query.stem] = lacking.get(name, name)
                    continue
                names = [column[0] for column in answer.description]
                data[query.stem] = encoder.encode(names, answer.fetchall())
            ((build_id, has_sessions),) = marts.execute(
                "select build_id, exists (select 1 from fct_sessions)"
                " from published_build"
            ).fetchall()
            currency = marts_currency(marts)
    except duckdb.Error as error:
        raise SystemExit(
            f"The marts in {database} cannot be read: run `make build` to publish them"
            f" anew. ({str(error).splitlines()[0]})"
        ) from error
    if not has_sessions:
        raise SystemExit(
            f"The marts in {database} hold no session, so there is nothing to report:"
            " check `sources` and the files that they name, then run `make build`."
        )
    facts = {
        "texts": {name: list(known) for name, known in encoder.texts.items()},
        "build_id": build_id,
        "currency": currency,
        "money_digits": minor_digits(currency),
    }
    return {**data, **facts}


def absent(error: duckdb.CatalogException) -> str:
    """The name of the relation that is not there."""
    found = re.search(r"Table with name (\w+) does not exist", str(error))
    if not found:
        raise error
    return found[1]


def page(data: dict[str, Any]) -> str:
    """The whole page: its style, its script and the data."""
    packed = gzip.compress(json.dumps(data, separators=(",", ":")).encode(), mtime=0)
    style = (HERE / "page.css").read_text(encoding="utf-8")
    scripts = [(HERE / "js" / f"{name}.js").read_text("utf-8") for name in SCRIPTS]
    script = "\n".join(scripts)
    parts = {
        "style": style,
        "style_hash": fingerprint(style),
        "script": script,
        "script_hash": fingerprint(script),
        "data": base64.b64encode(packed).decode(),
    }
    html = (HERE / "page.html").read_text(encoding="utf-8")
    return re.sub(r"@@(\w+)@@", lambda found: parts[found[1]], html)


def fingerprint(text: str) -> str:
    """What a content security policy calls an inline script or style by."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


if __name__ == "__main__":
    sys.exit(guarded(main, 1))
