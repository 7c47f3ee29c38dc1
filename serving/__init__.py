"""Run the project, and put its marts where readers find them."""

import sys
from types import TracebackType


def told(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Say in one line that somebody interrupted what takes seconds to be imported."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("Interrupted before anything was done.\n")
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = told
