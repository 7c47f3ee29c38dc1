"""How long attribution takes, against the linear model alone.

`python -m benchmarks.attribution` writes sessions and conversions of made-up persons,
ten sessions before each conversion, straight into a database. It then builds all of
attribution with every row of the seed enabled, and with `linear` alone, each by dbt in
a process of its own, and prints a Markdown table of medians. Seconds are those from the
first model's start to the last one's end, without dbt's own start.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import duckdb
from tqdm import tqdm

from benchmarks.measure import ROOT, measure

TOUCHES_EACH = 10
# Persons who never convert, with three sessions each.
OTHERS_PER_CONVERSION = 1
SESSIONS = """
create or replace table int_sessions__described as
with visits as (
    select
        person_number,
        visit_number,
        timestamp '2026-02-01' + interval (person_number % 86400) second
        - interval (visit_number * 61 + person_number % 7) hour as started_at,
        hash(person_number, visit_number) as draw
    from range({persons}) as persons (person_number)
    cross join range({touches}) as visits (visit_number)
    where visit_number < 3 or person_number < {conversions}
)

select
    md5('s' || person_number || '-' || visit_number) as session_id,
    md5('p' || person_number) as person_id,
    started_at,
    cast(started_at as date) as started_date,
    channels.channel,
    'source-' || (draw % 40) as source,
    'medium' as medium,
    'campaign-' || (draw % 200) as campaign,
    'unknown' as marketing_consent
from visits
inner join
    (select channel, row_number() over (order by channel) - 1 as n from channels)
        as channels
    on visits.draw % 20 = channels.n
"""
CONVERSIONS = """
create or replace table int_conversions__valued as
select
    md5('c' || person_number) as conversion_id,
    'purchase' as conversion_name,
    md5('p' || person_number) as person_id,
    timestamp '2026-02-01 01:00:00' + interval (person_number % 86400) second
        as converted_at,
    cast(converted_at as date) as converted_date,
    'unknown' as marketing_consent,
    cast(20 + person_number % 400 / 4 as numeric(28, 6)) as revenue
from range({conversions}) as persons (person_number)
"""
# A conversion in fifty is taken back whole. A log without rows says that nothing came.
REST = """
create or replace table int_events__logged as
select
    '' as source_name, '' as event_id, '' as visitor_id, '' as user_id, '' as order_id
where false;
create or replace table int_reversals__accounted as
select
    md5('r' || conversion_id) as reversal_id,
    conversion_id,
    converted_date + 5 as reversed_date,
    cast(0 as numeric(28, 6)) as revenue_before,
    revenue as revenue_after,
    cast(0 as numeric(18, 12)) as share_before,
    cast(1 as numeric(18, 12)) as share_after,
    revenue as reversed_revenue
from int_conversions__valued
where hash(conversion_id) % 50 = 0;
create or replace table int_session_sources__ordered as
select
    session_id, 1 as session_source_number, started_at as arrived_at,
    channel as traffic_source_id
from int_sessions__described
limit 0;
create or replace table int_traffic_sources__named as
select distinct channel as traffic_source_id, source, medium, campaign
from int_sessions__described
limit 0;
create or replace table int_traffic_sources__channelled as
select distinct channel as traffic_source_id, channel, true as is_in_force
from int_sessions__described
limit 0;
create or replace table fct_ad_spend as
select
    started_date as spend_date, channel, source, medium, campaign,
    cast(1 as numeric(28, 6)) as spend
from int_sessions__described
group by all
"""
ALL = (
    "path:models/intermediate/changes path:models/intermediate/attribution"
    " path:models/marts/attribution"
)
RUNS = {
    "`linear` alone": (ALL, "attribution_model = 'linear'"),
    "every model": (ALL, "kind <> 'custom'"),
}


def dbt(folder: Path, *arguments: str) -> list[str]:
    """The dbt command, with its files in the folder."""
    command = [str(Path(sys.executable).parent / "dbt"), *arguments, "--quiet"]
    return [*command, "--target-path", str(folder), "--log-path", str(folder)]


def seconds(folder: Path) -> float:
    """From the first model's start to the last one's end."""
    results = json.loads((folder / "run_results.json").read_text())["results"]
    moments = [
        datetime.fromisoformat(step[edge].rstrip("Z"))
        for result in results
        for step in result["timing"]
        for edge in ("started_at", "completed_at")
    ]
    return (max(moments) - min(moments)).total_seconds()


def run(conversions: int, rounds: int) -> str:
    """Alternate the runs, and return the Markdown of their medians."""
    walls: dict[str, list[float]] = {name: [] for name in RUNS}
    peaks: dict[str, list[float]] = {name: [] for name in RUNS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "measured.duckdb"
        environment = os.environ | {
            "DBT_PROFILES_DIR": str(ROOT),
            "FOOTFALL_DUCKDB_PATH": str(database),
        }
        seeds = dbt(folder, "seed", "--select", "path:seeds/rules")
        subprocess.run(seeds, cwd=ROOT, env=environment, check=True)
        sizes = {
            "conversions": conversions,
            "persons": conversions * (1 + OTHERS_PER_CONVERSION),
            "touches": TOUCHES_EACH,
        }
        with duckdb.connect(str(database)) as connection:
            for sql in (SESSIONS, CONVERSIONS, REST):
                connection.execute(sql.format(**sizes))
        for _ in tqdm(range(rounds), desc="rounds"):
            for kind, (select, enabled) in RUNS.items():
                with duckdb.connect(str(database)) as connection:
                    connection.execute(
                        f"update attribution_models set is_enabled = ({enabled})"
                    )
                command = dbt(folder, "run", "--full-refresh", "--select", select)
                cost = measure(command, environment).cost
                walls[kind].append(seconds(folder))
                peaks[kind].append(cost.peak)
        with duckdb.connect(str(database)) as connection:
            touches, rows = connection.execute(
                "select (select count(*) from int_journeys__pathed where is_converted),"
                " (select count(*) from int_credit_entries__unioned)"
            ).fetchall()[0]
    return render(touches, conversions, rows, rounds, walls, peaks)


def render(
    touches: int,
    conversions: int,
    rows: int,
    rounds: int,
    walls: dict[str, list[float]],
    peaks: dict[str, list[float]],
) -> str:
    """The table: medians, and their ratio to the linear model's."""
    floor = statistics.median(walls["`linear` alone"])
    lines = [
        f"{touches:,} touches, {conversions:,} conversions, {rows:,} rows of the"
        f" ledger, medians of {rounds} alternating runs, {time.strftime('%Y-%m-%d')},"
        f" {os.cpu_count()} cores, Python {platform.python_version()},"
        f" DuckDB {version('duckdb')} (`python -m benchmarks.attribution`).",
        "",
        "| | wall s | peak MiB | times linear |",
        "|---|--:|--:|--:|",
    ]
    for kind, measured in walls.items():
        wall, peak = statistics.median(measured), statistics.median(peaks[kind])
        lines.append(f"| {kind} | {wall:.1f} | {peak:,.0f} | {wall / floor:.1f} |")
    return "\n".join(lines)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conversions", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(run(arguments.conversions, arguments.rounds))


if __name__ == "__main__":
    main()
