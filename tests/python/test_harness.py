"""What the tests share is made once, and only if it could be made."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness import folder_of

from parity.parsing import once


def test_two_who_ask_at_once_get_one_thing(tmp_path: Path) -> None:
    """The second waits for the first."""
    made: list[Path] = []

    def make(folder: Path) -> int:
        made.append(folder)
        # Long enough for the other one to come in between.
        time.sleep(0.2)
        return len(made)

    with ThreadPoolExecutor(2) as workers:
        answers = workers.map(lambda _: once(tmp_path / "thing", make), range(8))
        assert list(answers) == [1] * 8
    assert made == [tmp_path / "thing"]


def test_what_failed_is_made_anew_from_nothing(tmp_path: Path) -> None:
    """What it left in the folder is gone."""

    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        once(tmp_path / "thing", fail)
    assert once(tmp_path / "thing", lambda folder: list(folder.iterdir())) == []


def test_other_arguments_are_another_folder(tmp_path: Path) -> None:
    """And the order in which settings are named is none of them."""
    assert folder_of(tmp_path, {"a": 1, "b": 2}) == folder_of(
        tmp_path, {"b": 2, "a": 1}
    )
    others: list[object] = [None, {}, "", 1]
    assert len({folder_of(tmp_path, other) for other in others}) == 4
