"""What the README and the data dictionary show is what the demo answers."""

import pytest
from harness import Build

from scripts import pages


def arguments(demo: Build) -> list[str]:
    """Where the shared build is."""
    target = str(demo.folder / "target")
    return ["--check", "--database", str(demo.database), "--target-path", target]


def test_the_pages_are_up_to_date(demo: Build) -> None:
    """SQL, answers, columns and vars: kept by hand, they would drift."""
    pages.main(arguments(demo))


def test_a_stale_page_is_told_in_one_sentence(
    demo: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A figure that nobody computed does not get by."""
    monkeypatch.setitem(pages.PAGES[pages.README], "ledger", lambda demo: "| 1 |")
    with pytest.raises(SystemExit, match=r"^README\.md is not what the demo says"):
        pages.main(arguments(demo))
