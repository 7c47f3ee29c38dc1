"""What changed lately, beyond chance: the last week against the four before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import NormalDist, mean, variance

from serving.money import shown
from serving.rows import Ask

READ = ("dim_dates", "dim_goals", "fct_sessions", "fct_conversions", "fct_reversals")
TARGETS = "mart_channel__targets_monthly"
DAYS_NOW, DAYS_BEFORE = 7, 28
FEWEST_DAYS = 3
# Three numbers are looked at: all of them stay within their intervals in nine builds of
# ten in which nothing changed.
CONFIDENCE = 1 - 0.1 / 3
QUANTILE = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
# Part of a day says nothing of a day.
DAYS = """
    select report_date from {dim_dates}
    where has_data and not is_partial
"""
MAIN_GOAL = "select goal_name from {dim_goals} where is_main_goal"
SESSIONS = """
    select
        started_date,
        count(*) as sessions,
        count(case when has_conversion then 1 end) as converting_sessions
    from {fct_sessions}
    where started_date >= '{first_day}'
    group by started_date
"""
# Of the main goal, net: what came in on the day less what went back on it.
REVENUE = """
    select revenue_date, sum(revenue) as revenue, max(currency) as currency
    from (
        select converted_date as revenue_date, revenue, currency
        from {fct_conversions}
        where is_main_goal

        union all

        select
            reversals.reversed_date as revenue_date,
            -reversals.reversed_revenue as revenue,
            conversions.currency
        from {fct_reversals} as reversals
        inner join {fct_conversions} as conversions
            on reversals.conversion_id = conversions.conversion_id
        where conversions.is_main_goal
    ) as amounts
    where revenue_date >= '{first_day}'
    group by revenue_date
"""
# Of the month of the last whole day.
TOLD_TARGETS = """
    select
        goal_name, channel, target_conversions, conversions, target_revenue, revenue,
        calendar_days, days_with_data
    from {targets}
    where month_started_date = '{month}'
    order by goal_name, channel
"""


@dataclass(frozen=True)
class Target:
    """What a month should reach, and what it has."""

    name: str
    """The goal and, where it is of one, the channel."""
    wanted: float
    reached: float
    currency: str | None
    """None: the target is a number of conversions."""
    days: int
    """Days of the month."""
    days_with_data: int


@dataclass(frozen=True)
class Change:
    """One number now and before, and how much the difference may be."""

    name: str
    now: float
    before: float
    low: float
    """The lower end of the interval of the difference, in the number's unit."""
    high: float
    kind: str
    """count and money are of a day, a rate is of sessions."""
    currency: str | None
    """Of money, where it is known."""
    count_now: int
    """Days, or sessions, that `now` is of."""
    count_before: int

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the interval leaves out that nothing changed."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Findings:
    """The changes of a week."""

    first_day: str
    """In the form 2026-01-31, as last_day."""
    last_day: str
    days_now: int
    """Whole days with data among the seven."""
    days_before: int
    """Those of the 28 before them that are of the same weekdays."""
    changes: list[Change]
    """Of sessions, the main goal and its revenue; none of too few days."""
    targets: list[Target]
    """Of the month of the last day."""


def findings(relations: Mapping[str, str], ask: Ask) -> Findings | None:
    """Compare the last seven days, up to the last whole one, with the 28 before.

    `relations` are the names in SQL of the relations of READ and, where it was built,
    of TARGETS. None without a whole day.
    """
    days = sorted(day for (day,) in ask(DAYS.format(**relations)))
    if not days:
        return None
    last_day = days[-1]
    first_day = last_day - timedelta(DAYS_NOW - 1)
    start = first_day - timedelta(DAYS_BEFORE)
    now = [day for day in days if day >= first_day]
    # Weekends differ: only what both have is compared.
    weekdays = {day.weekday() for day in now}
    before = [
        day for day in days if start <= day < first_day and day.weekday() in weekdays
    ]
    changes = []
    if min(len(now), len(before)) >= FEWEST_DAYS:
        changes = changes_of(now, before, start, relations, ask)
    targets = told_targets(last_day, relations, ask) if TARGETS in relations else []
    return Findings(
        str(first_day), str(last_day), len(now), len(before), changes, targets
    )


def changes_of(
    now: Sequence[date],
    before: Sequence[date],
    start: date,
    relations: Mapping[str, str],
    ask: Ask,
) -> list[Change]:
    """Of sessions, the rate of the main goal, and net revenue where there is any."""
    asked = {**relations, "first_day": start}
    sessions = {day: counts for day, *counts in ask(SESSIONS.format(**asked))}
    revenue = {day: row for day, *row in ask(REVENUE.format(**asked))}
    currency = max((name for _, name in revenue.values() if name), default=None)
    none = [0, 0]
    counts_now, counts_before = (
        [float(sessions.get(day, none)[0]) for day in part] for part in (now, before)
    )
    changes = [change_of_days("sessions", "count", counts_now, counts_before)]
    for (goal,) in ask(MAIN_GOAL.format(**relations)):
        sums = [
            tuple(sum(sessions.get(day, none)[nth] for day in part) for nth in (1, 0))
            for part in (now, before)
        ]
        if all(total for _, total in sums):
            changes.append(change_of_rate(f"{goal} rate", *sums))
    money_now, money_before = (
        [float(revenue.get(day, none)[0] or 0) for day in part]
        for part in (now, before)
    )
    if any(money_now + money_before):
        changes.append(
            change_of_days("net revenue", "money", money_now, money_before, currency)
        )
    return changes


def told_targets(day: date, relations: Mapping[str, str], ask: Ask) -> list[Target]:
    """Those of the day's month, of conversions and of revenue."""
    month = day.replace(day=1)
    (currency,) = ask(f"select max(currency) from {relations['fct_conversions']}")[0]
    found = []
    rows = ask(TOLD_TARGETS.format(targets=relations[TARGETS], month=month))
    for goal, channel, wanted, reached, wanted_revenue, revenue, *days in rows:
        name = goal if channel == "(all)" else f"{goal} of {channel}"
        for target, sum_, unit in (
            (wanted, reached, None),
            (wanted_revenue, revenue, currency or ""),
        ):
            if target is not None:
                found.append(
                    Target(name, float(target), float(sum_), unit, *map(int, days))
                )
    return found


def change_of_days(
    name: str,
    kind: str,
    now: Sequence[float],
    before: Sequence[float],
    currency: str | None = None,
) -> Change:
    """The difference of two means of days, with Welch's interval.

    B. L. Welch, Biometrika 34 (1947), 28-35. Counts of days vary at least as those of
    events that come independently, whose variance is their mean. Of money that never
    varies nothing is known, so that its interval reaches to no change.
    """
    parts = [
        max(variance(part), mean(part) if kind == "count" else 0) / len(part)
        for part in (now, before)
    ]
    error = sqrt(sum(parts))
    freedom = (
        sum(parts) ** 2
        / sum(
            part**2 / (len(days) - 1)
            for part, days in zip(parts, (now, before), strict=True)
        )
        if error
        else 1
    )
    difference = mean(now) - mean(before)
    margin = student(freedom) * error if error else abs(difference)
    return Change(
        name,
        mean(now),
        mean(before),
        difference - margin,
        difference + margin,
        kind,
        currency,
        len(now),
        len(before),
    )


def student(freedom: float) -> float:
    """The quantile of Student's t for the interval.

    By the expansion of Abramowitz and Stegun, 26.7.5: from three degrees of freedom on
    within a hundredth of the true one, which two miss by four.
    """
    z = QUANTILE
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def change_of_rate(name: str, now: tuple[int, int], before: tuple[int, int]) -> Change:
    """The difference of two shares of sessions, with Newcombe's interval.

    Each is converting sessions and all sessions. R. G. Newcombe, Statistics in Medicine
    17 (1998), 873-890, method 10: from Wilson's interval of each.
    """
    (low, rate, high), (low_before, rate_before, high_before) = (
        wilson(*now),
        wilson(*before),
    )
    difference = rate - rate_before
    return Change(
        name,
        rate,
        rate_before,
        difference - sqrt((rate - low) ** 2 + (high_before - rate_before) ** 2),
        difference + sqrt((high - rate) ** 2 + (rate_before - low_before) ** 2),
        "rate",
        None,
        now[1],
        before[1],
    )


def wilson(hits: int, total: int) -> tuple[float, float, float]:
    """Lower end, share and upper end of Wilson's interval, for a total above 0.

    E. B. Wilson, Journal of the American Statistical Association 22 (1927), 209-212.
    """
    share, square = hits / total, QUANTILE**2
    centre = (share + square / (2 * total)) / (1 + square / total)
    margin = (
        QUANTILE
        * sqrt(share * (1 - share) / total + square / (4 * total**2))
        / (1 + square / total)
    )
    return centre - margin, share, centre + margin


def finding_lines(found: Findings) -> list[str]:
    """What changed, and how far the month's targets are."""
    return change_lines(found) + [
        f"  target       {told_target(target)}" for target in found.targets
    ]


def told_target(target: Target) -> str:
    """What the month has of what it should reach, and of how many of its days."""
    what = "conversions" if target.currency is None else "gross revenue"
    reached, wanted = (
        f"{number:,.0f}"
        if target.currency is None
        else shown(f"{number:.6f}", target.currency)
        for number in (target.reached, target.wanted)
    )
    return (
        f"{target.name}: {reached} of {wanted} {what} with {target.days_with_data} of"
        f" the month's {target.days} days"
    )


def change_lines(found: Findings) -> list[str]:
    """What changed beyond chance, a line each; else that nothing did."""
    period = f"{found.first_day} to {found.last_day}"
    if not found.changes:
        return [
            "  changes      none can be told: whole days with data are"
            f" {found.days_now} of {period} and {found.days_before} of the"
            f" {DAYS_BEFORE} days before, and {FEWEST_DAYS} of each are needed"
        ]
    days = (
        f"{period} against the {DAYS_BEFORE} days before"
        f" ({found.days_now} and {found.days_before} whole days of the same weekdays)"
    )
    told = [change for change in found.changes if change.is_beyond_chance]
    if not told:
        names = " or ".join(change.name for change in found.changes)
        return [f"  changes      nothing beyond chance in {names}: {days}"]
    return [f"  changes      {days}"] + [
        f"    {change.name:<15}{told_change(change)}" for change in told
    ]


def told_change(change: Change) -> str:
    """The number now, by how much it changed, how sure that is, and of how many."""
    level = f"{CONFIDENCE:.0%} interval"
    if change.kind == "rate":
        points = [change.now - change.before, change.low, change.high]
        by, low, high = (f"{100 * each:+.1f}" for each in points)
        return (
            f"{change.now:.1%} of {change.count_now:,} sessions, from"
            f" {change.before:.1%} of {change.count_before:,}: {by} points"
            f" ({level} {low} to {high})"
        )
    now, before = (
        shown(f"{each:.6f}", change.currency)
        if change.kind == "money"
        else f"{each:.1f}"
        for each in (change.now, change.before)
    )
    text = f"{now} a day, from {before}"
    if change.before > 0:
        shares = [change.now - change.before, change.low, change.high]
        by, low, high = (f"{each / change.before:+.0%}" for each in shares)
        text += f": {by} ({level} {low} to {high})"
    return text
