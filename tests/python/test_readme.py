"""What the README shows is what the demo answers."""

from pathlib import Path

import pytest
from harness import Build

from scripts import readme


def arguments(demo: Build) -> list[str]:
    """Where the shared build is."""
    target = str(demo.folder / "target")
    return ["--check", "--database", str(demo.database), "--target-path", target]


def test_the_readme_is_up_to_date(demo: Build) -> None:
    """SQL, answers, marts and vars: kept by hand, they would drift."""
    readme.main(arguments(demo))


def test_a_stale_readme_is_told_in_one_sentence(
    demo: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A figure that nobody computed does not get by."""
    copy = tmp_path / "README.md"
    end = "<!-- end: ledger -->"
    copy.write_text(readme.README.read_text().replace(end, f"| `lost` | 1 |\n{end}"))
    monkeypatch.setattr(readme, "README", copy)
    with pytest.raises(SystemExit, match=r"^README\.md is not what the demo says"):
        readme.main(arguments(demo))
