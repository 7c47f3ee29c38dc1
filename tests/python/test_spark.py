"""The demo on Sail, which is a Spark without Java, and on Spark in dbt's process."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from engines import EngineBuilder

from parity import engines
from parity.engines import (
    ALL,
    EngineError,
    Environment,
    sail_missing,
    sail_started,
)


# Sail stands for Spark in `make test`.
@pytest.mark.longest
@pytest.mark.parametrize(
    "engine", ["sail", pytest.param("spark", marks=pytest.mark.long)]
)
def test_the_demo_builds_with_all_its_tests(
    engine_build: EngineBuilder, engine: str
) -> None:
    """Every model, unit test and data test."""
    built = engine_build(engine)
    assert built.is_green, built.said
    assert set(built.results.values()) <= {"success", "pass", "no-op"}


def test_a_build_on_sail_warns_of_nothing(engine_build: EngineBuilder) -> None:
    """What dbt, the client or the server would say stands in what was said."""
    assert engine_build("sail").said == ""


def test_an_old_java_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install."""
    monkeypatch.setattr(engines, "java_version", lambda: 11)
    assert "openjdk-17-jre-headless" in str(ALL["spark"].missing())


def test_a_missing_sail_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With what to run."""
    monkeypatch.setattr(engines, "SAIL_PROGRAMS", tmp_path)
    assert "make sail" in str(ALL["sail"].missing())


def is_answering(environment: Environment) -> bool:
    """Whether anybody listens where the client would look for Sail."""
    place = urlsplit(environment["SPARK_REMOTE"])
    with socket.socket() as client:
        return client.connect_ex((place.hostname, place.port)) == 0


@pytest.mark.skipif(sail_missing() is not None, reason=str(sail_missing()))
def test_sail_is_gone_even_after_a_failure(tmp_path: Path) -> None:
    """Nobody listens any more where it did."""
    seen: list[Environment] = []

    def fail(environment: Environment) -> None:
        assert is_answering(environment)
        seen.append(environment)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), sail_started(tmp_path) as environment:
        fail(environment)
    assert [is_answering(each) for each in seen] == [False]


def test_a_sail_that_cannot_start_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In its own words."""
    program = tmp_path / "sail"
    program.write_text("#!/bin/sh\necho no sail today >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(engines, "SAIL_PROGRAMS", tmp_path)
    with (
        pytest.raises(EngineError, match="sail failed: no sail today"),
        sail_started(tmp_path),
    ):
        pass
