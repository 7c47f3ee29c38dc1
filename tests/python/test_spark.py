"""The demo on Spark, in the process of dbt."""

import pytest
from engines import EngineBuilder

from parity import engines
from parity.engines import ALL


@pytest.mark.longest
def test_the_demo_builds_with_all_its_tests(engine_build: EngineBuilder) -> None:
    """Every model, unit test and data test."""
    built = engine_build("spark")
    assert built.is_green, built.said
    assert set(built.results.values()) <= {"success", "pass", "no-op"}


def test_an_old_java_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install."""
    monkeypatch.setattr(engines, "java_version", lambda: 11)
    assert "openjdk-17-jre-headless" in str(ALL["spark"].missing())
