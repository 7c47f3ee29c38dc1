"""Make the demo seeds again: `python -m simulator.demo`, from the project's root."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

from simulator.draw import Period
from simulator.run import Options, simulate

SEEDS = Path(__file__).parents[1] / "seeds" / "demo"
FILES = ("raw_events.csv", "raw_consents.csv", "raw_ad_spend.csv")
VISITORS, DAYS, SEED, START = 880, 90, 7, date(2026, 6, 1)


def simulate_demo(out: Path) -> None:
    """Write the demo's raw files and their truth, as CSV, into the folder `out`."""
    simulate(Options(VISITORS, Period(START, DAYS), SEED, "csv", out))


def main() -> None:
    """Replace the raw files in `seeds/demo`; the truth is not a seed."""
    with tempfile.TemporaryDirectory() as folder:
        simulate_demo(Path(folder))
        for name in FILES:
            shutil.copyfile(Path(folder) / name, SEEDS / name)


if __name__ == "__main__":
    main()
