"""The command of the wheel, which holds footfall's own project beside this file.

Its modules are no part of the environment that the wheel is installed into: only this
command's process sees them.
"""

import sys
from importlib import import_module
from pathlib import Path


def main() -> int:
    """Do what the command line asks for; the exit code."""
    sys.path.insert(0, str(Path(__file__).resolve().parent / "project"))
    code: int = import_module("serving.command").main()
    return code
