"""Start the dashboard on loopback, from nothing or from where it was left.

Reads what was published (FOOTFALL_SERVING_PATH, else beside the build), keeps
Superset's own tables, log and secret key in FOOTFALL_SUPERSET_STATE (default
.superset), listens on FOOTFALL_SUPERSET_PORT (default 8088). Ends with 1 and a sentence
where it cannot start.
"""

import argparse
import json
import logging
import os
import secrets
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import datetime, timezone
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import yaml

from serving.places import ROOT, places
from serving.superset.bundle import FOLDER, BundleError, bundle

HOST = "127.0.0.1"
# One process, since all it does is wait for DuckDB, which has threads of its own.
SERVER = ["--workers", "1", "--threads", "8", "--worker-class", "gthread"]
SERVER += ["--umask", "0o077"]
STEPS = 4
OWN_FILES = ("secret_key", "superset.db", "superset.log")


class StartError(Exception):
    """Why the dashboard cannot start, for people."""


def main() -> None:
    """Prepare what is missing, import the dashboard, become the server."""
    parser = argparse.ArgumentParser(
        prog="serving.superset", description="Start the dashboard on loopback."
    )
    parser.add_argument(
        "--new-password", action="store_true", help="give admin another password"
    )
    arguments = parser.parse_args()
    serving = places().serving.resolve()
    state = (ROOT / os.environ.get("FOOTFALL_SUPERSET_STATE", ".superset")).resolve()
    try:
        port = port_number()
        check(serving, port)
        password = prepare(serving, state, arguments.new_password)
    except (StartError, BundleError) as error:
        sys.exit(str(error))
    print(f"\nDashboard: http://{HOST}:{port}/superset/dashboard/footfall/")
    if password:
        print(f"User: admin   Password: {password}   (shown this once)")
    else:
        print("User: admin   Password: as before; --new-password gives another.")
    print(f"Ctrl+C stops it. Log: {state / 'superset.log'}", flush=True)
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    log = ["--error-logfile", str(state / "superset.log"), "--capture-output"]
    bind = ["--bind", f"{HOST}:{port}", "--timeout", "120"]
    os.execv(gunicorn, [gunicorn, *SERVER, *bind, *log, "superset.app:create_app()"])


def port_number() -> int:
    """The port to listen on. Raises StartError where it is no number of a port."""
    text = os.environ.get("FOOTFALL_SUPERSET_PORT", "8088")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise StartError(f"FOOTFALL_SUPERSET_PORT is '{text}': give 1 to 65535.")
    return int(text)


def check(serving: Path, port: int) -> None:
    """Raise StartError where there is nothing to show or no port to show it on."""
    if not serving.is_file():
        raise StartError(
            f"There is no {serving}: run `make build`, which publishes what it built,"
            " or say in FOOTFALL_SERVING_PATH where it is."
        )
    try:
        duckdb.connect(str(serving), read_only=True).close()
    except duckdb.Error as error:
        raise StartError(f"{serving} cannot be opened: {error}") from error
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise StartError(
                f"Something listens on port {port} already: stop it, or choose another"
                " in FOOTFALL_SUPERSET_PORT."
            )


def prepare(serving: Path, state: Path, wants_password: bool) -> str | None:
    """Bring Superset's own tables to where they should be.

    Returns the admin's password if it is new. It is kept nowhere: Superset stores its
    hash. Raises StartError where a step fails.
    """
    # For all that Superset, and the server after it, write too.
    os.umask(0o077)
    state.mkdir(exist_ok=True)
    key = state / "secret_key"
    if not key.exists():
        key.write_text(secrets.token_urlsafe(48))
    # An earlier version let everybody read them.
    for name in OWN_FILES:
        if (state / name).exists():
            (state / name).chmod(0o600)
    os.environ["FOOTFALL_SUPERSET_STATE"] = str(state)
    os.environ["SUPERSET_CONFIG_PATH"] = str(FOLDER / "superset_config.py")
    log = state / "superset.log"
    logging.basicConfig(filename=log, level=logging.INFO)
    files, absent = bundle(serving, datetime.now(timezone.utc).date())
    for title in absent:
        print(f"Left out, since what it reads was not published or is empty: {title}")
    with step(1, "Starting Superset"):
        app = superset_app()
    with step(2, "Making or upgrading its own tables"):
        run(app, log, "db", "upgrade")
    with step(3, "Roles and the user admin"):
        run(app, log, "init")
        password = secrets.token_urlsafe(12)
        if not has_admin(app):
            who = ["--firstname", "Dashboard", "--lastname", "Admin"]
            who += ["--email", "admin@localhost", "--username", "admin"]
            run(app, log, "fab", "create-admin", *who, "--password", password)
        elif wants_password:
            who = ["--username", "admin"]
            run(app, log, "fab", "reset-password", *who, "--password", password)
        else:
            password = ""
    with step(4, "Importing the dashboard"):
        import_files(app, files)
    return password or None


@contextmanager
def step(number: int, title: str) -> Iterator[None]:
    """Say what is going on and, after it, how long it took."""
    started = time.monotonic()
    print(f"[{number}/{STEPS}] {title} ...", end="", flush=True)
    yield
    print(f" {time.monotonic() - started:.0f} s", flush=True)


def superset_app() -> Any:
    """Superset, which reads its settings when it is imported."""
    # It prints where they are, in the midst of the line that is being written.
    with redirect_stdout(StringIO()):
        from superset.app import create_app  # noqa: PLC0415

        return create_app()


def has_admin(app: Any) -> bool:
    """Whether there is a user admin."""
    with app.app_context():
        return app.appbuilder.sm.find_user(username="admin") is not None


def import_files(app: Any, files: dict[str, str]) -> None:
    """Put the dashboard and all it shows in the place of what was there before."""
    # What `superset import-dashboards` runs leaves charts that are there as they are.
    from superset.commands.importers.v1.assets import (  # noqa: PLC0415
        ImportAssetsCommand,
    )
    from superset.utils.core import override_user  # noqa: PLC0415

    with app.app_context():
        admin = app.appbuilder.sm.find_user(username="admin")
        with override_user(admin):
            ImportAssetsCommand(files).run()
        draw_annotations(files)


def draw_annotations(files: dict[str, str]) -> None:
    """Give charts back their annotations, which an import takes from them.

    It cannot know the numbers of the charts whose rows they draw.
    """
    from superset import db  # noqa: PLC0415
    from superset.models.slice import Slice  # noqa: PLC0415

    slices = {str(each.uuid): each for each in db.session.query(Slice)}
    for name, text in files.items():
        if not name.startswith("charts/"):
            continue
        chart = yaml.safe_load(text)
        layers = chart["params"].get("annotation_layers", [])
        for layer in layers:
            layer["value"] = slices[layer["value"]].id
        drawn = slices[chart["uuid"]]
        settings = json.loads(drawn.params) | {"annotation_layers": layers}
        drawn.params = json.dumps(settings)
    db.session.commit()


def run(app: Any, log: Path, *arguments: str) -> None:
    """Run a command of Superset's in this process, where nobody sees its arguments."""
    from superset.cli.main import superset  # noqa: PLC0415

    result = app.test_cli_runner().invoke(superset, arguments)
    if result.exit_code != 0:
        logging.getLogger(__name__).error(result.output, exc_info=result.exc_info)
        raise StartError(f"\n`superset {arguments[0]}` failed: {log} says why.")


if __name__ == "__main__":
    main()
