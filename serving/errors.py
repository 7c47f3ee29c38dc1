"""What dbt, an engine or the machine has against a run, as one sentence.

Causes that have nothing to do with the project are known by what an engine or the
system says of them, and have a sentence of their own. Everything else is told as it was
said, without what says nothing to whoever set a wrong value: which macro called which.
"""

import logging
import os
import re
import sys
from collections.abc import Callable, Mapping
from typing import TextIO

from serving.places import called

MEMORY = "FOOTFALL_DUCKDB_MEMORY"
# As shells have it for what Ctrl-C ended.
INTERRUPTED_CODE = 130
INTERRUPTED = "Interrupted: readers have what they had, and the next run goes on."
CAUSES: Mapping[str, str] = {
    r"Could not set lock on file \"(?P<path>[^\"]+)\""
    r"(?:: Conflicting lock is held in [^\n]*?(?P<process>\(PID \d+\)))?": (
        "Another process {process} has {path} open: wait until its run is done, or"
        " close the file there."
    ),
    r"No space left on device|File too large|not enough disk space"
    r"|max_temp_directory_size": (
        "There is no room left on a disk that the run writes to: make room, or name"
        " files elsewhere (FOOTFALL_DUCKDB_PATH, FOOTFALL_SERVING_PATH, --target-path,"
        " DBT_LOG_PATH)."
    ),
    r"Out of Memory Error|OutOfMemoryException|MemoryError": (
        "DuckDB may use {memory} of memory, which was not enough: allow it more in"
        " FOOTFALL_DUCKDB_MEMORY."
    ),
    r"Cannot open file \"(?P<path>[^\"]+)\": No such file or directory": (
        "There is no folder for {path}: make it, or name another file in"
        " FOOTFALL_DUCKDB_PATH."
    ),
    r"(?P<why>Read-only file system|Permission denied|Operation not permitted):"
    r" *'(?P<path>[^']+)'"
    r"|(?:Cannot|Could not) (?:open|write)[^\"]*\"(?P<file>[^\"]+)\": *"
    r"(?P<reason>Read-only file system|Permission denied)": (
        "{path}{file} cannot be written to ({why}{reason}): change its permissions, or"
        " name a place elsewhere (FOOTFALL_DUCKDB_PATH, FOOTFALL_SERVING_PATH,"
        " --target-path, DBT_LOG_PATH)."
    ),
    r"\"(?P<path>[^\"]+)\" exists, but it is not a valid DuckDB database file": (
        "{path} is no DuckDB database: name another file in FOOTFALL_DUCKDB_PATH."
    ),
    r"Could not read from file \"(?P<path>[^\"]+)\": Is a directory": (
        "{path} is a folder: name a file in FOOTFALL_DUCKDB_PATH."
    ),
    r"connection to server (?:at|on socket) \"(?P<host>[^\"]+)\"(?:[^,\n]*, port"
    r" (?P<port>\d+))? failed:(?: FATAL:)? *(?P<why>[^\n]+)": (
        "Postgres at {host}, port {port}, cannot be reached ({why}): start it, or set"
        " FOOTFALL_POSTGRES_HOST, _PORT, _USER, _PASSWORD and _DATABASE."
    ),
    r"^Path '(?P<path>[^']*)' does not exist|No dbt_project.yml found at expected path"
    r" (?P<file>\S+)": (
        "There is no {path}{file}: name the project's folder with --project-dir, and"
        " that of profiles.yml with --profiles-dir or DBT_PROFILES_DIR."
    ),
}
"""Pattern of what is said -> sentence, with what the pattern's groups found."""


def cause(said: str) -> str | None:
    """The sentence for a cause that is known by what was said of it."""
    for pattern, sentence in CAUSES.items():
        if found := re.search(pattern, said, re.MULTILINE):
            groups = {name: text or "" for name, text in found.groupdict().items()}
            memory = os.environ.get(MEMORY, "4GB")
            return " ".join(sentence.format(memory=memory, **groups).split())
    return None


def sentence(error: BaseException | str) -> str:
    """What an exception says, in one line."""
    said = str(error) or type(error).__name__
    # What footfall found itself is said already.
    if "footfall: " not in said and (known := cause(said)):
        return known
    told = re.split(r"\n\s*\n\s*> (?:in macro|called by)", said)[0]
    first, *others = told.strip().split("\n")
    is_heading = others and re.match(r"[\w ]*Error( in .*)?$", first)
    return " ".join(" ".join(others if is_heading else [first, *others]).split())


def tell(text: str, stream: TextIO) -> None:
    """Print a line; where nobody reads any more, as after `| head`, go on without."""
    try:
        print(called(text), file=stream, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def guarded(command: Callable[[], int], failed: int) -> int:
    """The exit code of a command; whatever stops it is one sentence."""
    # What cannot be logged, since a disk is full or a folder read-only, is not told of.
    logging.raiseExceptions = False
    try:
        code = command()
        sys.stdout.flush()
    except KeyboardInterrupt:
        tell(INTERRUPTED, sys.stderr)
        return INTERRUPTED_CODE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return failed
    except SystemExit as stopped:
        if not isinstance(stopped.code, str):
            raise
        tell(stopped.code, sys.stderr)
        return failed
    except Exception as error:
        tell(sentence(error), sys.stderr)
        return failed
    return code
