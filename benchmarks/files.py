"""How long text files take to be read, against DuckDB's own readers of the same files.

`python -m benchmarks.files` writes events as CSV without quotes, as CSV with a quoted
cell in each line, and as JSON lines. Each is read by the model stg_files__lines, by dbt
in a process of its own, and by DuckDB's own reader into a table of texts, in turns. A
second run of dbt finds the file unchanged. Prints a Markdown table of medians; seconds
of the model are dbt's own figure for it, without dbt's start.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from tqdm import tqdm

from benchmarks.measure import ROOT

MODEL = "stg_files__lines"
EVENTS = """
select
    i as id,
    'visitor ' || i % 100000 as who,
    timestamp '2026-05-04' + to_milliseconds(i) as time,
    'page_view' as what,
    'https://shop.example/' || i % 1000 as url,
    'A page, and more' as title
from range({rows}) as numbers (i)
"""
# Name -> how DuckDB writes the file, and how it reads it as texts.
FILES = {
    "plain.csv": (
        "select * exclude (title), 'A page' as title from events",
        "format csv, header",
        "read_csv('{path}', header = true, all_varchar = true)",
    ),
    "quoted.csv": (
        "select * from events",
        "format csv, header",
        "read_csv('{path}', header = true, all_varchar = true)",
    ),
    "lines.jsonl": (
        "select * from events",
        "format json",
        "read_json('{path}', format = 'newline_delimited', columns = {{{columns}}})",
    ),
}
COLUMNS = ("id", "who", "time", "what", "url", "title")
MAP = {
    "event_id": "id",
    "visitor_id": "who",
    "occurred_at": "time",
    "event_name": "what",
    "page_url": "url",
    "page_title": "title",
}


def model_seconds(folder: Path, path: Path, *flags: str) -> float:
    """Seconds that the model takes in a run of dbt."""
    source = {"preset": "columns", "events": str(path), "columns": MAP}
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "run", *flags]
    command += ["--select", MODEL, "--vars", json.dumps({"sources": {"own": source}})]
    command += ["--profiles-dir", str(ROOT), "--project-dir", str(ROOT)]
    command += ["--target-path", str(folder / "target")]
    command += ["--log-path", str(folder / "logs")]
    database = str(folder / "footfall.duckdb")
    subprocess.run(
        command, check=True, env=os.environ | {"FOOTFALL_DUCKDB_PATH": database}
    )
    results = json.loads((folder / "target" / "run_results.json").read_text())
    # The hooks of a run have results too.
    (seconds,) = (
        each["execution_time"]
        for each in results["results"]
        if each["unique_id"].endswith(f".{MODEL}")
    )
    return float(seconds)


def reader_seconds(reader: str) -> float:
    """Seconds that DuckDB's own reader takes to make a table of texts."""
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("set enable_progress_bar = false")
        started = time.perf_counter()
        connection.execute(f"create table texts as select * from {reader}")
        return time.perf_counter() - started


def main() -> None:
    """Write the files, time both readers in turns, and print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.files", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of each file")
    parser.add_argument("--runs", type=int, default=3, help="of each reader")
    options = parser.parse_args()
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    lines = ["| file | s | times DuckDB's reader | s, unchanged |", "|---|--:|--:|--:|"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        steps = tqdm(total=len(FILES) * options.runs, disable=not sys.stderr.isatty())
        for file, (query, form, reader) in FILES.items():
            path = folder / file
            duckdb.execute(
                f"create or replace view events as {EVENTS.format(rows=options.rows)};"
                f" copy ({query}) to '{path}' ({form})"
            )
            taken: dict[str, list[float]] = {"model": [], "reader": [], "again": []}
            for _ in range(options.runs):
                taken["model"].append(model_seconds(folder, path, "--full-refresh"))
                taken["reader"].append(
                    reader_seconds(reader.format(path=path, columns=columns))
                )
                taken["again"].append(model_seconds(folder, path))
                steps.update()
            model, own, again = (statistics.median(each) for each in taken.values())
            lines.append(f"| {file} | {model:.1f} | {model / own:.1f} | {again:.2f} |")
        steps.close()
    print("\n".join(lines))


if __name__ == "__main__":
    main()
