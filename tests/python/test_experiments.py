"""What is said of experiments: by published figures, and of many without effect."""

from math import erfc, sqrt
from pathlib import Path

import duckdb
import numpy as np
import pytest
from harness import Asker, Builder

# Converted and exposed persons of the variant and of the control; then, by statsmodels
# 0.14: difference's interval (confint_proportions_2indep, newcomb), p-value
# (proportions_ztest) and the ratio's interval (the same, compare ratio, log), less 1.
PUBLISHED: list[tuple[tuple[int, int, int, int], tuple[float, ...]]] = []
LOOKS, PERSONS_A_LOOK = 30, 100


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """Renders macros."""
    return Asker(tmp_path_factory.mktemp("asked"), {})


def test_a_score_has_the_normal_distributions_tail(asker: Asker) -> None:
    """As Python's error function has it, from no score to far beyond any doubt."""
    scores = [number / 100 for number in range(801)]
    sql = asker.answer("two_sided_p", score="score")
    found = duckdb.execute(
        f"select {sql} from (select unnest($scores)::double as score)",
        {"scores": scores},
    ).fetchall()
    for score, (value,) in zip(scores, found, strict=True):
        assert value == pytest.approx(erfc(score / sqrt(2)), abs=1e-11), score


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
def test_looking_every_day_is_wrong_once_in_twenty_times(
    asker: Asker, rate: float
) -> None:
    """Of 2,000 experiments without effect, each looked at 30 times."""
    chance = np.random.default_rng(7)
    shape = (2, 2000, LOOKS)
    hits = chance.binomial(PERSONS_A_LOOK, rate, shape).cumsum(axis=2)
    persons = PERSONS_A_LOOK * np.arange(1, LOOKS + 1)
    smooth = (hits + 0.5) / (persons + 1)
    variances = (smooth * (1 - smooth) / persons).sum(axis=0)
    gaps = abs(hits[0] - hits[1]) / persons
    sql = asker.answer("anytime_margin", variance="variance")
    margins = np.array(
        duckdb.execute(
            f"select {sql} from (select unnest($variances)::double as variance)",
            {"variances": variances.ravel().tolist()},
        ).fetchall()
    ).reshape(gaps.shape)
    crossed = (gaps > margins).any(axis=1).mean()
    assert crossed <= 0.05
    # A fixed interval would be left by far more.
    assert (gaps > 1.959964 * np.sqrt(variances)).any(axis=1).mean() > 0.2
