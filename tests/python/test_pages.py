"""What the README and the pages in docs show is what the demo answers."""

import re

import pytest
from harness import SHARED, Build, needs

from scripts import pages
from scripts.sentences import (
    GAP,
    PARTS,
    ROOT,
    files_that_stop,
    in_macros,
    in_python,
    sentences,
)
from serving.semantics import semantics


def arguments(demo: Build) -> list[str]:
    """Where the shared build is."""
    target = str(demo.folder / "target")
    return ["--check", "--database", str(demo.database), "--target-path", target]


def test_the_pages_are_up_to_date(demo: Build) -> None:
    """SQL, answers, columns and vars: kept by hand, they would drift."""
    pages.main(arguments(demo))


def test_every_file_that_stops_a_run_has_its_sentences_on_the_page() -> None:
    """A sentence that is on no page is one of which nobody says what to do."""
    told = {
        path
        for patterns in PARTS.values()
        for pattern in patterns
        for path in ROOT.glob(pattern)
    }
    assert files_that_stop() <= told
    said = [sentence for part in PARTS for sentence in sentences(part)]
    assert len(said) > 100
    # Those that end where something is filled in have no full stop of their own.
    assert [each for each in said if not each.endswith((".", GAP))] == []


def test_sentences_are_read_with_gaps_for_what_is_filled_in() -> None:
    """Texts that are joined are, and what stands in brackets is not."""
    text = """{%- do stop_run(
        'the var ' ~ name ~ " is '" ~ value | join(', ') ~ "', but" ~ (', x' if y)
        ~ ' must be.'
    ) -%} {% macro stop_run(message) %}"""
    assert list(in_macros(text)) == ["the var … is '…', but… must be."]
    text = 'raise PlaceError(f"{a} is no {b.c} of {d!r}.")'
    assert list(in_python(text)) == ["… is no … of …."]


def answered_questions() -> list[list[str]]:
    """Cells of the table that says where each question is answered."""
    page = (ROOT / "docs" / "questions.md").read_text().split("<!-- generated")[0]
    rows = re.findall(r"^\| (.+) \|$", page, re.MULTILINE)
    return [row.split(" | ") for row in rows[2:]]


def test_each_question_names_what_answers_it(demo: Build) -> None:
    """A worked question, metrics and marts that there are."""
    analyses = {path.stem for path in (ROOT / "analyses").glob("*.sql")}
    manifest = demo.manifest()
    dimensions = re.compile(r"\w+__\w+|channel")
    rows = answered_questions()
    for question, worked, metrics, marts in rows:
        assert question.endswith("?")
        named = [set(re.findall(r"`(\w+)`", each)) for each in (worked, metrics, marts)]
        assert named[0] <= analyses, question
        asked = {each for each in named[1] if not dimensions.fullmatch(each)}
        assert asked <= set(semantics().metrics), question
        assert named[2] <= set(demo.marts()), question
        # What is worked out reads a mart that the row names.
        read = {
            parent.split(".")[-1]
            for node in manifest["nodes"].values()
            if node["name"] in named[0]
            for parent in node["depends_on"]["nodes"]
        }
        assert read & named[2] or not named[0], question
    assert len([row for row in rows if row[1]]) >= 17


@needs(SHARED / "QUESTIONS.md")
def test_the_questions_are_those_that_are_asked_most() -> None:
    """As many, in their order."""
    text = (SHARED / "QUESTIONS.md").read_text()
    numbers = re.findall(r"^\| (\d+) \|", text, re.MULTILINE)
    assert len(answered_questions()) == len(numbers)


@pytest.mark.long  # `make test` asks that no page is stale, above.
def test_a_stale_page_is_told_in_one_sentence(
    demo: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A figure that nobody computed does not get by."""
    monkeypatch.setitem(pages.PAGES[pages.README], "question", lambda demo: "| 1 |")
    with pytest.raises(SystemExit, match=r"^README\.md is not what the demo says"):
        pages.main(arguments(demo))


def test_the_sql_of_explanations_runs(demo: Build) -> None:
    """It is there to be copied."""
    page = (ROOT / "docs" / "differences.md").read_text()
    queries = re.findall(r"^```sql\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(queries) >= 3
    for query in queries:
        demo.rows(query)
