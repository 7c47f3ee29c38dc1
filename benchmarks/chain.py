"""How long removal effects take on a large chain, and how far they are from exact.

`python -m benchmarks.chain` draws journeys over thirty channels in which five channels
may follow any two, writes them straight into a database, has dbt solve the chains of
order 1 to 3 in a process of its own, some times over, and prints a Markdown table:
medians of the seconds of each model, and the largest difference of an effect from the
definition, which is the chain of order 3 solved anew without the channel.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from tqdm import tqdm

from benchmarks.attribution import dbt
from benchmarks.measure import ROOT, measure

CHAIN = (
    "int_transitions__counted int_chains__counted int_removal_effects__computed"
    " path:models/intermediate/attribution/direct"
)
CHANNELS = 30
FOLLOWERS = 5
JOURNEYS = 40_000
GOES_ON = 0.9
CHECKED = 3
"""So many channels are compared, since each takes a solution of its own."""


def journeys(random: np.random.Generator) -> dict[str, list[object]]:
    """Touches of drawn journeys, as columns of int_journeys__pathed."""
    followers = random.integers(CHANNELS, size=(CHANNELS, CHANNELS, FOLLOWERS))
    touches: dict[str, list[object]] = {
        "journey_id": [],
        "is_converted": [],
        "channel": [],
        "touch_number": [],
    }
    for journey in range(JOURNEYS):
        length = int(random.geometric(1 - GOES_ON))
        path = [int(each) for each in random.integers(CHANNELS, size=2)]
        for draw in random.integers(FOLLOWERS, size=length):
            path.append(int(followers[path[-2], path[-1], draw]))
        is_converted = bool(random.random() < 0.1)
        touches["journey_id"] += [f"journey {journey}"] * length
        touches["is_converted"] += [is_converted] * length
        touches["channel"] += [f"channel {each}" for each in path[:length]]
        touches["touch_number"] += range(1, length + 1)
    return touches


def write(connection: duckdb.DuckDBPyConnection, random: np.random.Generator) -> None:
    """The journeys as the model that the chain is made of."""
    connection.register("touches", pa.table(journeys(random)))
    connection.execute(
        "create table int_journeys__pathed as select *, 'purchase' as conversion_name,"
        " 1 as batch_number from touches"
    )


def error(connection: duckdb.DuckDBPyConnection) -> float:
    """The largest difference from the definition, over some channels."""
    place: defaultdict[str, int] = defaultdict(lambda: len(place))
    rows = connection.execute(
        "select from_state, to_state, [channel_1, channel_2, channel_3],"
        " transition_count / from_count from int_transitions__counted"
        " where markov_order = 3"
    ).fetchall()
    for before, *_ in rows:
        place[before]
    matrix, conversion = np.eye(len(place)), np.zeros(len(place))
    states: defaultdict[str, set[int]] = defaultdict(set)
    for before, after, channels, share in rows:
        if after in place:
            matrix[place[before], place[after]] -= share
        elif after == "(conversion)":
            conversion[place[before]] += share
        for channel in channels:
            states[channel].add(place[before])

    def chance(removed: set[int]) -> float:
        left = np.setdiff1d(np.arange(len(place)), sorted(removed))
        solved = np.linalg.solve(matrix[np.ix_(left, left)], conversion[left])
        return float(solved[list(left).index(place["(start)"])])

    everything = chance(set())
    found = connection.execute(
        "select channel, removal_effect from int_removals__solved"
        " where markov_order = 3 order by channel limit ?",
        [CHECKED],
    ).fetchall()
    return max(
        abs(float(effect) - 1 + chance(states[channel]) / everything)
        for channel, effect in found
    )


def run(rounds: int, seed: int) -> str:
    """Solve, some times over, and return the Markdown of the medians."""
    taken: defaultdict[str, list[float]] = defaultdict(list)
    costs = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "measured.duckdb"
        environment = os.environ | {
            "DBT_PROFILES_DIR": str(ROOT),
            "FOOTFALL_DUCKDB_PATH": str(database),
        }
        seeds = dbt(folder, "seed", "--select", "path:seeds/rules")
        subprocess.run(seeds, cwd=ROOT, env=environment, check=True)
        with duckdb.connect(str(database)) as connection:
            write(connection, np.random.default_rng(seed))
        for _ in tqdm(range(rounds), desc="rounds"):
            command = dbt(folder, "run", "--full-refresh", "--select", CHAIN)
            costs.append(measure(command, environment).cost)
            results = json.loads((folder / "run_results.json").read_text())["results"]
            for step in results:
                model = step["unique_id"].split(".")[-1]
                taken[model].append(step["execution_time"])
        with duckdb.connect(str(database)) as connection:
            sizes = connection.execute(
                "select list(state_count order by markov_order) from"
                " int_chains__counted"
            ).fetchall()[0][0]
            largest = error(connection)
    lines = [
        f"{CHANNELS} channels, {' + '.join(f'{size:,}' for size in sizes)} states,"
        f" medians of {rounds} runs, peak"
        f" {statistics.median(cost.peak for cost in costs):,.0f} MiB,"
        f" {statistics.median(cost.cpu for cost in costs):.1f} s of CPU with dbt's own,"
        f" largest difference {largest:.0e}, {time.strftime('%Y-%m-%d')},"
        f" {os.cpu_count()} cores (`python -m benchmarks.chain`).",
        "",
        "| | s |",
        "|---|--:|",
    ]
    models = {name: each for name, each in taken.items() if name.startswith("int_")}
    for model, seconds in models.items():
        lines.append(f"| `{model}` | {statistics.median(seconds):.1f} |")
    return "\n".join(lines)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(run(arguments.rounds, arguments.seed))


if __name__ == "__main__":
    main()
