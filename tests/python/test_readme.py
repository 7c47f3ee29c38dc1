"""What the README shows is what the demo answers."""

import pytest
from harness import Build

from scripts import readme


def test_the_generated_parts_of_the_readme_are_up_to_date(demo: Build) -> None:
    """SQL, answers, marts and vars: copied by hand, they would drift."""
    folder = str(demo.folder / "target")
    readme.main(["--check", "--database", str(demo.database), "--target-path", folder])


def test_a_stale_readme_is_told_in_one_sentence(
    demo: Build, tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And how to mend it."""
