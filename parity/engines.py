"""The engines: what each needs on this machine, and an environment to build in.

Every engine gets a folder of its own and, where it is a server, a server of its own
that is gone afterwards. What dbt is told, it is told through the environment variables
that profiles.yml reads.
"""

import importlib.util
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ENGINES = ("duckdb", "postgres", "sail", "spark")
SAIL_PROGRAMS = ROOT / ".venv-sail" / "bin"
SAIL_SECONDS = 30

Environment = dict[str, str]


class EngineError(Exception):
    """An engine that cannot be started, or a build on it that failed."""


@dataclass(frozen=True)
class Engine:
    """One target of profiles.yml."""

    name: str
    missing: Callable[[], str | None]
    """Says in a sentence what to install, or nothing if all is there."""
    started: Callable[[Path], AbstractContextManager[Environment]]
    """Gives, for a folder, the environment of a build; ends with what it started."""
    python: Path = Path(sys.executable)
    """Whose packages dbt runs with."""


def nothing_missing() -> str | None:
    """DuckDB comes with the Python packages."""
    return None


@contextmanager
def duckdb_started(folder: Path) -> Iterator[Environment]:
    """A database file in the folder."""
    yield {
        "FOOTFALL_TARGET": "duckdb",
        "FOOTFALL_DUCKDB_PATH": str(folder / "footfall.duckdb"),
    }


def postgres_programs() -> Path | None:
    """The folder of initdb and pg_ctl: Debian keeps it out of the search path."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in versions), default=None, key=version_of)


def version_of(folder: Path) -> float:
    """15 for a folder .../15/bin."""
    return float(re.sub(r"[^0-9.]", "", folder.parent.name) or 0)


def postgres_missing() -> str | None:
    """The server's own programs are enough: no service has to run."""
    if postgres_programs() is None:
        return (
            "Postgres is not installed: install version 15 or later, on Debian with"
            " `apt-get install postgresql`."
        )
    return None


def unprivileged_user() -> str | None:
    """Whom to become for a server that refuses to run as root; None: stay."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def postgres_started(_: Path) -> Iterator[Environment]:
    """A server on loopback, its data in a temporary folder.

    Its language and time zone are none of ours: what sorts by locale or counts days by
    the server's clock shows.
    """
    programs = postgres_programs()
    if programs is None:
        raise EngineError(postgres_missing())
    user = unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="footfall-postgres-"))
    password, port = secrets.token_hex(16), free_port()
    server = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    server += " -c TimeZone=Asia/Kathmandu"
    data = ["-D", str(folder / "data")]

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), *data, *arguments]
        # A server that stays must not hold our pipe open.
        with (folder / f"{program}.log").open("w+") as log:
            done = subprocess.run(
                command,
                check=False,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                user=user,
            )
            log.seek(0)
            said = log.read()
        if done.returncode:
            raise EngineError(f"{program} failed: {said.strip()}")

    try:
        (folder / "password").write_text(password)
        if user:
            for path in (folder, folder / "password"):
                shutil.chown(path, user)
        arguments = ["--username=footfall", f"--pwfile={folder / 'password'}"]
        arguments += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
        arguments += ["--locale-provider=icu", "--icu-locale=en-US", "--no-sync"]
        run("initdb", *arguments)
        log = f"--log={folder / 'server.log'}"
        run("pg_ctl", "--wait", f"--options={server}", log, "start")
        try:
            yield {
                "FOOTFALL_TARGET": "postgres",
                "FOOTFALL_POSTGRES_HOST": "127.0.0.1",
                "FOOTFALL_POSTGRES_PORT": str(port),
                "FOOTFALL_POSTGRES_USER": "footfall",
                "FOOTFALL_POSTGRES_PASSWORD": password,
                "FOOTFALL_POSTGRES_DATABASE": "postgres",
            }
        finally:
            run("pg_ctl", "--mode=immediate", "--wait", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_cursor(environment: Mapping[str, str]) -> Iterator[Any]:
    """A cursor on the server that the environment's variables name."""
    # Not there in Sail's environment.
    import psycopg2  # noqa: PLC0415

    names = {"password": "PASSWORD", "dbname": "DATABASE", "port": "PORT"}
    names |= {"host": "HOST", "user": "USER"}
    connection = psycopg2.connect(
        **{key: environment[f"FOOTFALL_POSTGRES_{name}"] for key, name in names.items()}
    )
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def sail_missing() -> str | None:
    """Sail needs an environment of its own, but no Java."""
    if not (SAIL_PROGRAMS / "sail").exists():
        return "Sail is not installed: run `make sail`."
    return None


@contextmanager
def sail_started(folder: Path) -> Iterator[Environment]:
    """A server on loopback that keeps its tables in the folder, and forgets them."""
    port = free_port()
    command = [str(SAIL_PROGRAMS / "sail"), "spark", "server"]
    command += ["--ip", "127.0.0.1", "--port", str(port)]
    with (folder / "sail.log").open("w+") as log:
        server = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, "TZ": "UTC"},
        )
        try:
            if not is_listening(server, port):
                log.seek(0)
                raise EngineError(f"sail failed: {log.read().strip()}")
            yield {
                "FOOTFALL_TARGET": "sail",
                # The catalog belongs to the session, so all connections share one.
                "SPARK_REMOTE": f"sc://127.0.0.1:{port}/;session_id={uuid.uuid4()}",
                "FOOTFALL_SPARK_FOLDER": str(folder.resolve() / "sail"),
                # Each is a file of every table of visitors.
                "FOOTFALL_SPARK_BUCKETS": "2",
                # What is collected comes in the client's time zone.
                "TZ": "UTC",
            }
        finally:
            server.kill()
            server.wait()


def is_listening(server: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server answers, or has ended, or it has been too long."""
    for _ in range(SAIL_SECONDS * 10):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return True
        if server.poll() is not None:
            return False
        time.sleep(0.1)
    return False


def java_version() -> int:
    """The major version of the Java that Spark would start; 0 without one."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if program is None or not Path(program).exists():
        return 0
    done = subprocess.run(
        [program, "-version"], check=False, capture_output=True, text=True
    )
    found = re.search(r'version "(\d+)', done.stderr)
    return int(found[1]) if found else 0


def spark_missing() -> str | None:
    """Spark runs in the process of dbt, but in Java."""
    if java_version() < 17:
        return (
            "Spark needs Java 17 or later: on Debian"
            " `apt-get install openjdk-17-jre-headless`."
        )
    for package in ("pyspark", "dbt.adapters.spark"):
        if importlib.util.find_spec(package) is None:
            return (
                "Spark's Python packages are not installed: run `make spark`, or"
                " `pip install -r requirements-spark.txt`."
            )
    return None


@contextmanager
def spark_started(folder: Path) -> Iterator[Environment]:
    """Tables and their catalog in the folder; Spark itself starts with dbt."""
    yield {
        "FOOTFALL_TARGET": "spark",
        "FOOTFALL_SPARK_METHOD": "session",
        "FOOTFALL_SPARK_FOLDER": str(folder / "spark"),
        # What the tests collect from Spark comes in this process's time zone.
        "TZ": "UTC",
    }


ALL = {
    "duckdb": Engine("duckdb", nothing_missing, duckdb_started),
    "postgres": Engine("postgres", postgres_missing, postgres_started),
    "sail": Engine("sail", sail_missing, sail_started, SAIL_PROGRAMS / "python"),
    "spark": Engine("spark", spark_missing, spark_started),
}
