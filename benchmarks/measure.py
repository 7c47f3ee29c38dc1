"""What one command takes, in a process of its own."""

import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
VERSIONED = ("dbt-core", "dbt-duckdb", "duckdb", "polars", "pandas", "pyspark")


class CommandError(Exception):
    """A command that failed, with what it said."""


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    wall: float
    """Seconds from start to end."""
    cpu: float
    """CPU seconds, its children's included."""
    peak: float
    """Peak resident memory in MiB, of the largest process."""
    work: float | None = None
    """Seconds without start-up, where the process itself says so."""


@dataclass(frozen=True)
class Measured:
    """The cost of a process, and what its last line of output said."""

    cost: Cost
    answer: Mapping[str, Any]


def measure(command: Sequence[str], environment: Mapping[str, str]) -> Measured:
    """Run a command to its end.

    Linux counts the parent's memory at the fork as the child's, so whoever calls this
    has to stay small.

    Raises:
        CommandError: with the end of the command's output, where it fails.
    """
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        lines = said.read().strip().splitlines()
    if process.returncode != 0:
        failed = f"{' '.join(command)} ended with {process.returncode}:"
        raise CommandError("\n".join([failed, *lines[-30:]]))
    answer = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    cpu = usage.ru_utime + usage.ru_stime
    cost = Cost(wall, cpu, usage.ru_maxrss / 1024, answer.get("seconds"))
    return Measured(cost, answer)


def rounded(cost: Cost) -> dict[str, float]:
    """A cost as it is stored."""
    said = asdict(cost).items()
    return {key: round(value, 3) for key, value in said if value is not None}


def machine() -> dict[str, Any]:
    """What the figures depend on most."""
    cpus = Path("/proc/cpuinfo")
    names = [
        line.split(":")[1].strip()
        for line in (cpus.read_text().splitlines() if cpus.exists() else [])
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30),
    }


def versions() -> dict[str, str]:
    """Of Python and of what is measured, where it is installed."""
    found = {"Python": platform.python_version()}
    for package in VERSIONED:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
