"""How what is shown to people is asked for, whichever engine answers."""

from collections.abc import Callable
from typing import Any

Row = tuple[Any, ...]
Ask = Callable[[str], list[Row]]
"""Answers SQL on the engine that was built on."""
