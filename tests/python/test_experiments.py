"""What is said of experiments: by published figures, and of many without effect."""

from math import erfc, sqrt

import duckdb
import numpy as np
import pytest
from harness import Asker, Build

# Converted and exposed persons of the variant and of the control; then, by statsmodels
# 0.15: the ends of the difference's interval (confint_proportions_2indep, newcomb), the
# p-value (proportions_ztest), and the ends of the ratio's interval (the former with
# compare ratio, log), less 1.
PUBLISHED: list[tuple[tuple[int, int, int, int], tuple[float | None, ...]]] = [
    (
        (2, 4, 1, 5),
        (-0.250130493, 0.686387437, 0.342781711, -0.664480336, 17.627820278),
    ),
    (
        (120, 1000, 100, 1000),
        (-0.007492168, 0.047550667, 0.152917782, -0.065894249, 0.541581345),
    ),
    (
        (37, 411, 29, 397),
        (-0.021362043, 0.055314134, 0.378406253, -0.226748731, 0.964193098),
    ),
    (
        (5, 2000, 11, 1990),
        (-0.007601146, 0.001106991, 0.13026275, -0.842569752, 0.299309519),
    ),
    ((0, 50, 3, 60), (-0.137005165, 0.028547025, 0.108901298, None, None)),
]
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


@pytest.mark.parametrize(("counts", "published"), PUBLISHED)
def test_variants_are_compared_as_statsmodels_does(
    demo: Build, counts: tuple[int, ...], published: tuple[float | None, ...]
) -> None:
    """The model's own SQL, over persons of one experiment."""
    model = "marts/experiment/mart_experiment__variants.sql"
    compiled = demo.folder / "target" / "compiled" / "footfall" / "models" / model
    converted, exposed, control_converted, control_exposed = counts
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as footfall")
        for table in (
            "dim_goals as select 'purchase' as goal_name, true as is_main_goal",
            "experiment_variants (experiment_id text, variant_id text,"
            " is_control boolean, planned_weight decimal(18, 6))",
            "fct_reversals (conversion_id text, reversed_revenue decimal(28, 6))",
        ):
            connection.execute(f"create table footfall.{table}")
        connection.execute(
            "create table footfall.mart_experiment__exposures as"
            " select 'e' as experiment_id, variant_id, person,"
            " variant_id || person as person_id, false as is_contaminated,"
            " timestamp '2026-01-01' as exposed_at"
            " from (values ('a', $control), ('b', $variant)) as v (variant_id, n),"
            " lateral (select unnest(range(n)) as person)",
            {"control": control_exposed, "variant": exposed},
        )
        connection.execute(
            "create table footfall.fct_conversions as"
            " select person_id as conversion_id, person_id, 1 as revenue,"
            " 'purchase' as conversion_name, true as is_goal,"
            " timestamp '2026-01-02' as converted_at"
            " from footfall.mart_experiment__exposures"
            " where person < case variant_id when 'a' then $control else $variant end",
            {"control": control_converted, "variant": converted},
        )
        sql = compiled.read_text()
        (found,) = connection.execute(
            "select difference_low, difference_high, p_value, lift_low, lift_high"
            f" from ({sql}) where not is_control"
        ).fetchall()
    for value, expected in zip(found, published, strict=True):
        assert (value is None) == (expected is None)
        if expected is not None:
            assert float(value) == pytest.approx(expected, abs=2e-9)


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
