"""Metrics by name, as people and the dashboard get them, equal SQL over the marts."""

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from harness import ROOT, Row
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import (
    SemanticManifestValidator,
)
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from nightly import Served

from serving import metrics
from serving.errors import guarded
from serving.metrics import Asker, AskError
from serving.report import __main__ as report
from serving.semantics import DAY, NAMED, inputs, measure, semantics
from serving.superset import bundle as bundles

Rows = list[Row]


@dataclass(frozen=True)
class Question:
    """What is asked, and of the marts in SQL: groups first, then metrics."""

    metrics: str
    groups: str
    sql: str
    where: str = ""

    def __str__(self) -> str:
        """The name of the test."""
        words = [self.metrics, self.groups and f"by {self.groups}", self.where]
        return " ".join(filter(None, words))


QUESTIONS = [
    # -- Sessions ------------------------------------------------------------------
    Question("sessions", "", "select sum(sessions) from mart_channel__daily"),
    Question(
        "sessions,new_sessions,new_session_share",
        "channel",
        "select channel, sum(sessions), sum(new_sessions),"
        " sum(new_sessions) / sum(sessions) from mart_channel__daily"
        " group by channel having sum(sessions) > 0",
    ),
    Question(
        "sessions",
        "metric_time__day",
        "select report_date, sum(sessions) from mart_channel__daily"
        " group by report_date having sum(sessions) > 0",
    ),
    Question(
        "sessions",
        "session__landing_page_host,session__landing_page_path",
        "select nullif(landing_page_host, '(none)'),"
        " nullif(landing_page_path, '(none)'), sum(sessions)"
        " from mart_channel__landing_pages group by all",
    ),
    Question(
        "sessions",
        "session__visitor_type,session__country_code",
        "select visitor_type, country_code, count(*) from fct_sessions group by all",
    ),
    Question(
        "sessions",
        "session__os_name,session__browser_name",
        "select nullif(os_name, '(unknown)'), nullif(browser_name, '(unknown)'),"
        " sum(sessions) from mart_device__daily group by all",
    ),
    Question(
        "sessions",
        "campaign",
        "select nullif(campaign, '(none)'), sum(sessions)"
        " from mart_channel__campaigns_daily group by all having sum(sessions) > 0",
    ),
    Question(
        "sessions",
        "session__source",
        "select nullif(source, '(none)'), sum(sessions)"
        " from mart_channel__campaigns_daily group by all having sum(sessions) > 0",
        "session__channel = 'Paid Search' or session__channel <> 'Paid Search'",
    ),
    Question("visitors", "", "select count(*) from dim_visitors"),
    Question(
        "visitors",
        "metric_time__week",
        "select date_trunc('week', started_date), count(distinct visitor_id)"
        " from fct_sessions group by all",
    ),
    Question("new_visitors", "", "select count(*) from dim_visitors"),
    Question(
        "new_visitors",
        "channel",
        "select first_channel, count(*) from dim_visitors group by all",
        "session__visitor_type = 'new'",
    ),
    Question(
        "engaged_sessions",
        "channel",
        "select channel, sum(engaged_sessions) from mart_channel__daily"
        " group by channel having sum(sessions) > 0",
    ),
    Question(
        "bounces,bounce_rate",
        "session__device_category",
        "select device_category, sum(bounces), sum(bounces) / sum(sessions)"
        " from mart_device__daily group by all",
    ),
    Question(
        "page_views,pages_per_session",
        "channel",
        "select channel, sum(page_views), sum(page_views) / sum(sessions)"
        " from mart_channel__daily group by channel having sum(sessions) > 0",
    ),
    Question(
        "session_seconds,average_session_seconds",
        "metric_time__month",
        "select date_trunc('month', report_date), sum(session_seconds),"
        " sum(session_seconds) / sum(sessions) from mart_device__daily group by all",
    ),
    Question(
        "unassigned_share,pageless_share,unlocated_share,unrecognised_share",
        "",
        "select"
        " (select coalesce(sum(sessions) filter (where channel = 'Unassigned'), 0)"
        " / sum(sessions) from mart_channel__daily),"
        " (select sum(sessions) filter (where landing_page_path = '(none)')"
        " / sum(sessions) from mart_channel__landing_pages),"
        " (select 1 - count(country_code) / count(*) from fct_sessions),"
        " (select coalesce(sum(sessions)"
        " filter (where device_category = '(unknown)'), 0)"
        " / sum(sessions) from mart_device__daily)",
    ),
    # -- Goals ---------------------------------------------------------------------
    Question(
        "conversion_rate",
        "",
        "select count(distinct session_id) / (select count(*) from fct_sessions)"
        " from fct_conversions where conversion_name = 'purchase'",
    ),
    Question(
        "converting_sessions,conversion_rate",
        "metric_time__month",
        "select date_trunc('month', report_date), sum(converting_sessions),"
        " sum(converting_sessions) / sum(sessions) from mart_channel__daily"
        " where channel = 'Paid Search' group by all",
        "channel = 'Paid Search'",
    ),
    Question(
        "goal_sessions,goal_converting_sessions,goal_conversion_rate,"
        "goal_conversions,goal_revenue,goal_revenue_per_session",
        "session_goal__goal_name,session__channel",
        "select goal_name, channel, sum(sessions), sum(converting_sessions),"
        " sum(converting_sessions) / sum(sessions), sum(conversions), sum(revenue),"
        " sum(revenue) / sum(sessions) from mart_channel__goals_daily"
        " group by all having sum(sessions) > 0",
    ),
    Question(
        "goal_conversion_rate",
        "session__device_category",
        "select device_category, sum(converting_sessions) / sum(sessions)"
        " from mart_device__goals_daily where goal_name = 'sign_up' group by all",
        "session_goal__goal_name = 'sign_up'",
    ),
    Question(
        "goal_conversion_rate",
        "metric_time__month",
        "select date_trunc('month', report_date),"
        " sum(converting_sessions) / sum(sessions) from mart_channel__daily"
        " group by all",
        "session_goal__is_main_goal",
    ),
    # -- Money ---------------------------------------------------------------------
    Question(
        "conversions,revenue",
        "",
        "select count(*), sum(revenue) from fct_conversions",
    ),
    Question(
        "conversions,revenue",
        "conversion__conversion_name",
        "select conversion_name, count(*), sum(revenue) from fct_conversions"
        " group by all",
    ),
    Question(
        "revenue",
        "session__channel",
        "select channel, sum(fct_conversions.revenue)"
        " from fct_conversions left join fct_sessions using (session_id) group by all",
    ),
    Question(
        "net_revenue",
        "",
        "select (select sum(revenue) from fct_conversions)"
        " - (select sum(reversed_revenue) from fct_reversals)",
    ),
    Question(
        "revenue,refunds,net_revenue",
        "metric_time__day",
        "select report_date, sum(gross), -sum(back),"
        " coalesce(sum(gross), 0) - coalesce(sum(back), 0)"
        " from (select converted_date as report_date, revenue as gross, null as back"
        " from fct_conversions union all"
        " select reversed_date, null, reversed_revenue from fct_reversals)"
        " group by all",
    ),
    Question(
        "net_revenue",
        "session__channel,conversion__conversion_name",
        "select channel, conversion_name, sum(amount)"
        " from (select session_id, conversion_name, revenue as amount"
        " from fct_conversions union all"
        " select fct_conversions.session_id, fct_conversions.conversion_name,"
        " -reversed_revenue"
        " from fct_reversals inner join fct_conversions using (conversion_id))"
        " left join fct_sessions using (session_id) group by all",
    ),
    Question(
        "session_conversions,session_revenue,revenue_per_session",
        "channel",
        "select channel, sum(conversions), sum(revenue), sum(revenue) / sum(sessions)"
        " from mart_channel__daily group by channel having sum(sessions) > 0",
    ),
    Question(
        "spend",
        "metric_time__week",
        "select date_trunc('week', report_date), sum(spend) from mart_channel__daily"
        " group by all having sum(spend) > 0",
    ),
    Question(
        "spend,ad_clicks,ad_impressions,cost_per_click,click_rate",
        "campaign",
        "select campaign, sum(spend), sum(clicks), sum(impressions),"
        " sum(spend) / nullif(sum(clicks), 0),"
        " sum(clicks) / nullif(sum(impressions), 0)"
        " from fct_ad_spend group by campaign",
    ),
    Question(
        "cost_per_session",
        "channel",
        "select channel, nullif(sum(spend), 0) / nullif(sum(sessions), 0)"
        " from mart_channel__daily group by channel"
        " having sum(spend) > 0 or sum(sessions) > 0",
    ),
    # -- Attribution ---------------------------------------------------------------
    Question(
        "cost_per_acquisition",
        "channel",
        "select channel, nullif(sum(spend), 0) / nullif(sum(conversions), 0)"
        " from mart_attribution__channels where attribution_model = 'last_non_direct'"
        " and conversion_name = 'purchase' group by all",
    ),
    Question(
        "return_on_ad_spend",
        "metric_time__month",
        "select date_trunc('month', report_date),"
        " sum(attributed_revenue) / nullif(sum(spend), 0)"
        " from mart_attribution__channels where attribution_model = 'last_non_direct'"
        " and conversion_name = 'purchase' group by all",
    ),
    Question(
        "cost_per_attributed_conversion,attributed_return_on_ad_spend",
        "channel,cost__attribution_model,cost__conversion_name",
        "select channel, attribution_model, conversion_name,"
        " nullif(sum(spend), 0) / nullif(sum(conversions), 0),"
        " sum(attributed_revenue) / nullif(sum(spend), 0)"
        " from mart_attribution__channels where attribution_model is not null"
        " group by all",
        "cost__attribution_model is not null",
    ),
    Question(
        "campaign_cost_per_conversion,campaign_return_on_ad_spend",
        "campaign,campaign_cost__attribution_model,campaign_cost__conversion_name",
        "select campaign, attribution_model, conversion_name,"
        " nullif(sum(spend), 0) / nullif(sum(conversions), 0),"
        " sum(attributed_revenue) / nullif(sum(spend), 0)"
        " from mart_attribution__campaigns where attribution_model is not null"
        " group by all",
        "campaign_cost__attribution_model is not null",
    ),
    Question(
        "attributed_conversions,reversed_conversions,reversed_revenue",
        "credit__attribution_model",
        "select attribution_model, sum(conversions), sum(reversed_conversions),"
        " sum(reversed_revenue)"
        " from mart_attribution__channels where attribution_model in"
        " (select attribution_model from mart_attribution__credits) group by all",
    ),
    Question(
        "attributed_revenue",
        "channel",
        "select channel, sum(attributed_revenue)"
        " from mart_attribution__campaigns where attribution_model = 'linear'"
        " group by all having sum(conversions) > 0",
        "credit__attribution_model = 'linear'",
    ),
    Question(
        "net_attributed_conversions,net_attributed_revenue",
        "metric_time__month,credit__attribution_model",
        "select date_trunc('month', report_date), attribution_model,"
        " sum(conversions + reversed_conversions),"
        " sum(attributed_revenue + reversed_revenue)"
        " from mart_attribution__channels where attribution_model in"
        " (select attribution_model from mart_attribution__credits) group by all",
    ),
    Question(
        "touches,first_touches,last_touches,average_days_before_conversion",
        "channel",
        "select channel, count(touch_number),"
        " count(*) filter (where touch_number = 1),"
        " count(*) filter (where touch_number = touch_count),"
        " avg(seconds_to_conversion) filter (where is_in_window) / 86400"
        " from mart_attribution__touchpoints group by all",
    ),
    # -- Audiences -----------------------------------------------------------------
    Question(
        "audience_entries,audience_departures,audience_members,audience_value_at_stake",
        "metric_time__month,audience_stay__audience",
        "select date_trunc('month', entered_date), audience, count(*),"
        " count(left_date), count(*) filter (is_in),"
        " sum(value_at_stake) filter (is_in)"
        " from mart_audience__memberships group by all",
    ),
    # -- Funnels -------------------------------------------------------------------
    Question(
        "funnel_attempts_reached_previous,funnel_attempts_reached,"
        "funnel_attempts_reached_from_previous,funnel_step_rate,funnel_overall_rate",
        "funnel_step__funnel_name,funnel_step__step_number",
        "select funnel_name, number,"
        " count(*) filter (furthest_step >= greatest(number - 1, 1)),"
        " count(*) filter (furthest_step >= number),"
        " count(*) filter (furthest_step >= number),"
        " count(*) filter (furthest_step >= number)"
        " / nullif(count(*) filter (furthest_step >= greatest(number - 1, 1)), 0),"
        " count(*) filter (furthest_step >= number) / count(*)"
        " from mart_funnel__entries, unnest([1, 2, 3, 4]) as steps (number)"
        " where funnel_name = 'purchase' group by all",
        "funnel_step__funnel_name = 'purchase'",
    ),
    Question(
        "funnel_attempts_reached",
        "funnel_step__funnel_name,funnel_step__device_category",
        "select funnel_name, device_category, count(*) from mart_funnel__entries"
        " group by all",
        "funnel_step__step_number = 1",
    ),
    Question(
        "funnel_attempts_dropped",
        "funnel_step__funnel_name",
        "select funnel_name, count(*) filter (not is_completed)"
        " from mart_funnel__entries group by all",
    ),
    Question(
        "funnel_attempts,funnel_completions,median_minutes_to_complete",
        "channel,funnel_entry__funnel_name",
        "select channel, funnel_name, count(*), count(*) filter (is_completed),"
        " quantile_cont(cast(seconds_to_complete as double), 0.5) / 60"
        " from mart_funnel__entries group by all",
    ),
    # -- Pages and events ----------------------------------------------------------
    Question(
        "views,entrances,exits,exit_rate",
        "page_view__page_host,page_view__page_path",
        "select page_host, page_path, page_view_count, entrance_count, exit_count,"
        " exit_count / page_view_count from dim_pages",
    ),
    Question(
        "average_seconds_on_page,median_load_seconds",
        "session__device_category",
        "select device_category, avg(seconds_on_page),"
        " quantile_cont(page_load_ms, 0.5) / 1000"
        " from fct_page_views inner join fct_sessions using (session_id) group by all",
    ),
    Question(
        "accepted_events", "", "select sum(accepted) from mart_quality__event_ledger"
    ),
    Question(
        "accepted_events,event_sessions",
        "event__event_name",
        "select event_name, count(*), count(distinct session_id) from fct_events"
        " group by all",
    ),
    Question(
        "item_views,item_adds_to_cart,item_purchases,item_quantity,item_revenue,"
        "item_purchase_rate",
        "product_day__item_name",
        "select item_name, sum(item_views), sum(adds_to_cart), sum(purchases),"
        " sum(purchased_quantity), sum(item_revenue),"
        " sum(purchases) / nullif(sum(item_views), 0)"
        " from mart_product__daily group by all",
    ),
    Question(
        "item_list_views,item_selections,item_selection_rate,item_checkouts,"
        "item_cart_rate,net_item_revenue",
        "product_day__item_list",
        "select item_list, sum(item_list_views), sum(item_selections),"
        " sum(item_selections) / nullif(sum(item_list_views), 0), sum(checkouts),"
        " sum(adds_to_cart) / nullif(sum(item_views), 0), sum(net_item_revenue)"
        " from mart_product__daily group by all",
    ),
    # -- Content -------------------------------------------------------------------
    Question(
        "expected_exits,excess_exits,timed_views,untimed_views,reading_seconds,"
        "average_reading_seconds",
        "page_day__page_path",
        "select page_path, sum(expected_exits), sum(exits) - sum(expected_exits),"
        " sum(timed_views), sum(page_views) - sum(timed_views), sum(reading_seconds),"
        " sum(reading_seconds) / nullif(sum(timed_views), 0)"
        " from mart_content__pages_daily group by all",
    ),
    Question(
        "page_bounces,page_bounce_rate,average_scroll_percent,fast_view_rate",
        "metric_time__week",
        "select date_trunc('week', viewed_date),"
        " count(*) filter (is_entrance and is_bounce),"
        " count(*) filter (is_entrance and is_bounce)"
        " / nullif(count(*) filter (is_entrance), 0), avg(scroll_percent),"
        " count(*) filter (page_load_ms < 2500) / nullif(count(page_load_ms), 0)"
        " from fct_page_views inner join fct_sessions using (session_id) group by all",
    ),
    Question(
        "page_goal_sessions,page_goal_converting_sessions,page_goal_conversion_rate,"
        "page_goal_conversions,page_goal_net_revenue",
        "page_goal__page_host,page_goal__page_path",
        "select page_host, page_path, count(*), count(*) filter (is_converted),"
        " count(*) filter (is_converted) / count(*), sum(goal_conversions),"
        " sum(goal_revenue) - sum(coalesce(reversed_revenue, 0))"
        " from (select distinct session_id, coalesce(page_host, '(unknown)')"
        " as page_host, coalesce(page_path, '(unknown)') as page_path"
        " from fct_page_views) inner join (select * from fct_session_goals"
        " where goal_name = 'purchase') using (session_id)"
        " left join (select session_id, sum(reversed_revenue) as reversed_revenue"
        " from fct_reversals where conversion_name = 'purchase' group by all)"
        " as gone using (session_id) group by all",
        "page_goal__goal_name = 'purchase'",
    ),
    # -- Retention -----------------------------------------------------------------
    Question(
        "cohort_visitors,cohort_known_share,cohort_retained_visitors,"
        "cohort_returning_visitors,retention_rate",
        "channel,cohort__periods_since",
        "select channel, periods_since, sum(visitors),"
        " sum(known_visitors) / sum(visitors), sum(retained_visitors),"
        " sum(returning_visitors), sum(retained_visitors) / sum(visitors)"
        " from mart_retention__cohorts where cohort_kind = 'first_session'"
        " and period_type = 'week' and is_complete group by all",
        "cohort__cohort_kind = 'first_session' and cohort__period_type = 'week'"
        " and cohort__is_complete",
    ),
    Question(
        "retention_rate",
        "cohort__cohort_kind,cohort__goal_name,cohort__period_type,"
        "cohort__periods_since",
        "select cohort_kind, goal_name, period_type, periods_since,"
        " sum(retained_visitors) / sum(visitors) filter (is_complete)"
        " from mart_retention__cohorts group by all",
    ),
    Question(
        "active_visitors,first_time_visitors,retained_visitors,"
        "resurrected_visitors,lost_visitors,lost_visitor_rate",
        "metric_time__week",
        "select here.period_started_date, here.active_visitors, here.new_visitors,"
        " here.retained_visitors, here.resurrected_visitors, here.lost_visitors,"
        " here.lost_visitors / before.active_visitors"
        " from mart_retention__visitors_by_period as here"
        " left join mart_retention__visitors_by_period as before"
        " on before.period_type = 'week' and before.period_started_date"
        " = here.period_started_date - interval '7' day"
        " where here.period_type = 'week'",
        "visitor_period__period_type = 'week'",
    ),
    # -- Journeys and drop-offs ----------------------------------------------------
    Question(
        "journey_transitions",
        "journey_step__step_number",
        "select least(view_number, 10), count(*) from (select view_number"
        " from fct_page_views union all select max(view_number) + 1"
        " from fct_page_views group by session_id) group by all",
        "journey_step__journey_kind = 'page'",
    ),
    Question(
        "journey_transitions,journey_loop_share,journey_end_share",
        "journey_step__journey_kind,journey_step__from_name",
        "select journey_kind, from_name, sum(transitions),"
        " coalesce(sum(transitions) filter (is_loop), 0) / sum(transitions),"
        " coalesce(sum(transitions) filter (to_name = '(end)'), 0)"
        " / sum(transitions) from mart_journey__transitions group by all",
    ),
    Question(
        "drop_offs",
        "drop_off__funnel_name",
        "select funnel_name, count(*) from mart_funnel__entries"
        " where not is_completed group by all",
    ),
    Question(
        "drop_offs,drop_offs_a_week_ago,drop_offs_returned,drop_off_return_rate",
        "drop_off__next_place",
        "select next_place, sum(dropped), sum(dropped_a_week_ago),"
        " sum(returned_within_a_week),"
        " sum(returned_within_a_week) / nullif(sum(dropped_a_week_ago), 0)"
        " from mart_funnel__drop_offs group by all",
    ),
    # -- Experiments ---------------------------------------------------------------
    Question(
        "exposures,contaminated_exposures,contaminated_share",
        "exposure__experiment_id,exposure__variant_id,metric_time__month",
        "select * from (values ('door', 'a', date '2026-06-01', 2, 1, 0.5),"
        " ('door', 'b', date '2026-06-01', 1, 0, 0),"
        " ('door', 'b', date '2026-07-01', 1, 1, 1))",
    ),
    Question(
        "exposed_persons,exposed_converted_persons,experiment_conversion_rate,"
        "experiment_conversions,experiment_net_revenue,"
        "experiment_net_revenue_per_person",
        "experiment_variant__variant_id",
        "select * from (values ('a', 40, 4, 0.1, 5, 100, 2.5),"
        " ('b', 50, 10, 0.2, 12, 250, 5.0))",
        "experiment_variant__is_main_goal and experiment_variant__experiment_id"
        " = 'door'",
    ),
    # -- Quality, days and targets -------------------------------------------------
    Question(
        "events,accepted,rejected,accepted_share",
        "metric_time__month",
        "select date_trunc('month', received_date), sum(received), sum(accepted),"
        " sum(received) - sum(accepted), sum(accepted) / sum(received)"
        " from mart_quality__event_ledger group by all",
    ),
    Question(
        "rejected_events",
        "rejected_event__rejection_reason",
        "select rejection_reason, count(*) from mart_quality__rejected_events"
        " group by all",
    ),
    Question(
        "rejected_spend_rows,rejected_spend",
        "rejected_ad__rejection_reason",
        "select * from (values ('duplicate', 2, 7.5), ('no_date', 1, 1.0))",
    ),
    Question(
        "days_with_data,source_days,source_days_with_data,partial_source_days,"
        "source_events",
        "metric_time__month",
        "select * from (select month_started_date, count(*) filter (has_data)"
        " from dim_dates group by all) full join"
        " (select date_trunc('month', report_date) as month_started_date, count(*),"
        " count(*) filter (has_data), count(*) filter (is_partial), sum(received)"
        " from mart_quality__source_days group by all) using (month_started_date)",
    ),
    Question(
        "target_conversions,conversions_against_target,target_reached,"
        "target_revenue,revenue_against_target",
        "target__goal_name,channel",
        "select * from (values ('purchase', '(all)', 70, 63, 0.9, 3000, 2700),"
        " ('purchase', 'Direct', 20, 25, 1.25, null, 900))",
    ),
]
# Of what the demo has none: targets of two months, spend that was refused, experiments.
PLANTED = """
    insert into mart_channel__targets_monthly by name
    select * from (values
        (date '2026-06-01', 'purchase', '(all)', 30, 1000, 28, 1200),
        (date '2026-07-01', 'purchase', '(all)', 40, 2000, 35, 1500),
        (date '2026-07-01', 'purchase', 'Direct', 20, null, 25, 900)
    ) as planted (
        month_started_date, goal_name, channel, target_conversions, target_revenue,
        conversions, revenue
    );
    insert into mart_quality__rejected_ad_spend by name
    select * from (values
        (date '2026-06-01', 'ads', 'duplicate', 5.0),
        (date '2026-06-02', 'ads', 'duplicate', 2.5),
        (date '2026-07-01', 'ads', 'no_date', 1.0)
    ) as planted (spend_date, source_name, rejection_reason, spend);
    insert into mart_experiment__exposures by name
    select * from (values
        ('door', 'p', 'a', date '2026-06-01', false),
        ('door', 'q', 'a', date '2026-06-30', true),
        ('door', 'r', 'b', date '2026-06-30', false),
        ('door', 's', 'b', date '2026-07-01', true)
    ) as planted (experiment_id, person_id, variant_id, exposed_date, is_contaminated);
    insert into mart_experiment__variants by name
    select * from (values
        ('door', 'a', 'purchase', true, true, 40, 4, 5, 100),
        ('door', 'b', 'purchase', true, false, 50, 10, 12, 250),
        ('door', 'a', 'sign_up', false, true, 40, 1, 1, 0),
        ('door', 'b', 'sign_up', false, false, 50, 2, 2, 0),
        ('bell', 'a', 'purchase', true, true, 7, 1, 1, 10)
    ) as planted (
        experiment_id, variant_id, goal_name, is_main_goal, is_control,
        exposed_persons, converted_persons, conversions, net_revenue
    );
"""


@pytest.fixture(scope="module")
def marts(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published marts of the demo, and a few rows of what it has none of."""
    path = tmp_path_factory.mktemp("marts") / "serving.duckdb"
    shutil.copy(served.where.serving, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(PLANTED)
    return path


@pytest.fixture(scope="module")
def asked(marts: Path) -> Iterator[Asker]:
    """One engine for all questions."""
    with metrics.asker(marts) as found:
        yield found


def comparable(rows: Sequence[Sequence[object]]) -> list[list[str]]:
    """Rows as text, numbers to nine digits, in one order."""
    return sorted([text(value) for value in row] for row in rows)


def text(value: object) -> str:
    """A value as both sides write it; a day is its midnight."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        return f"{float(value):.9g}"
    return "" if value is None else str(value).removesuffix(" 00:00:00")


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_a_metric_is_what_the_marts_say(asked: Asker, question: Question) -> None:
    """The marts are summed by hand; a rate is the sums' ratio."""
    expected = comparable(asked.marts.execute(question.sql).fetchall())
    assert expected != []
    groups, names = metrics.names(question.groups), metrics.names(question.metrics)
    assert comparable(asked.ask(names, groups, question.where).rows) == expected


def test_every_metric_is_asked_for() -> None:
    """So that none is what it is by its definition alone."""
    asked = {name for each in QUESTIONS for name in metrics.names(each.metrics)}
    assert asked == set(semantics().metrics)


def test_the_definitions_are_those_that_dbt_hands_to_other_tools(
    served: Served,
) -> None:
    told = (served.target / "semantic_manifest.json").read_text()
    theirs = parse_manifest_from_dbt_generated_manifest(told)
    ours = metrics.manifest()
    for each in (theirs, ours):
        for model in each.semantic_models:
            model.node_relation.schema_name = model.node_relation.database = ""
            model.node_relation.relation_name = ""
    assert SemanticManifestValidator().validate_semantic_manifest(ours).errors == ()
    assert named(theirs.semantic_models) == named(ours.semantic_models)
    assert named(theirs.metrics) == named(ours.metrics)
    (spine,) = theirs.project_configuration.time_spines
    (own,) = ours.project_configuration.time_spines
    assert spine.node_relation.alias == own.node_relation.alias
    assert spine.primary_column == own.primary_column


# What dbt leaves out or adds, and what no number depends on.
ADDED = (
    *("metadata", "config", "description", "label"),
    *("input_measures", "create_metric"),
)


def named(elements: Sequence[Any]) -> dict[str, dict[str, Any]]:
    """What is told of each by its name, but where it stands in a file."""
    return {each.name: without(each.dict()) for each in elements}


def without(told: Any) -> Any:
    """The same without what is empty or differs for no reason."""
    if isinstance(told, dict):
        kept = {
            name: without(value) for name, value in told.items() if name not in ADDED
        }
        return {name: value for name, value in kept.items() if value}
    if isinstance(told, list):
        return [without(each) for each in told]
    return told


# -- Nothing is counted twice ---------------------------------------------------------


def test_what_is_of_one_goal_model_or_step_is_nothing_over_several(
    asked: Asker,
) -> None:
    """As tools get it that do not refuse to answer."""
    of_one = [each for each in semantics().metrics.values() if each.one_of]
    assert len(of_one) > 10
    for metric in of_one:
        where = " and ".join(f"{each} is not null" for each in metric.one_of)
        answer = asked.ask([metric.name], where=where)
        assert answer.rows == [(None,)], metric.name
        (model,) = semantics().models_of(metric.name)
        sql = f"select {measure(metric.name)} from {semantics().models[model].relation}"
        assert asked.marts.execute(sql).fetchall() == [(None,)], metric.name


@pytest.mark.parametrize(
    "name", [each.name for each in semantics().metrics.values() if each.one_of]
)
def test_asking_for_it_over_several_is_refused_in_one_sentence(
    asked: Asker, name: str
) -> None:
    with pytest.raises(
        AskError, match=rf"^{name} is of one \w+: group by it, or .*\.$"
    ):
        asked.ask([name])


def test_sessions_beside_goals_are_not_counted_once_per_goal(asked: Asker) -> None:
    ((sessions, converting),) = asked.marts.execute(
        "select count(*), count(*) filter (where conversion_count > 0)"
        " from fct_sessions"
    ).fetchall()
    names = ["sessions", "goal_sessions", "goal_converting_sessions"]
    assert asked.ask(names).rows == [(sessions, sessions, converting)]


# -- SQL, the dashboard and the report count the same ---------------------------------


@dataclass(frozen=True)
class Counted:
    """Metrics that are counted from the same rows."""

    names: list[str]
    models: list[str]
    one_of: tuple[str, ...]


def filters_of(name: str) -> dict[str, list[str]]:
    """What the filters of a metric read, by semantic model."""
    known = semantics()
    found: dict[str, list[str]] = {}
    for each in inputs(known.definition(name)["type_params"]):
        for model in known.models_of(each["name"]):
            found.setdefault(model, []).extend(NAMED.findall(each.get("filter", "")))
    return found


def counted_alike() -> list[Counted]:
    """All metrics, those of the same models and needs together."""
    known = semantics()

    def key(name: str) -> tuple[object, ...]:
        filters = sorted(filters_of(name).items()) * (len(known.models_of(name)) > 1)
        return known.metrics[name].one_of, sorted(known.models_of(name)), filters

    return [
        Counted(
            list(names),
            sorted(known.models_of(names[0])),
            known.metrics[names[0]].one_of,
        )
        for _, group in groupby(sorted(known.metrics, key=key), key)
        for names in [list(group)]
    ]


# Of credits `make test` asks the report, below, and SQL over the marts, above.
@pytest.mark.parametrize(
    "counted",
    [
        pytest.param(
            each,
            id=" ".join(each.names),
            marks=[pytest.mark.long] * ("net_attributed_revenue" in each.names),
        )
        for each in counted_alike()
    ],
)
def test_the_sql_made_of_a_metric_counts_what_is_asked_for(
    asked: Asker, counted: Counted
) -> None:
    """Every metric by every dimension, and by goal or model where it needs one."""
    known = semantics()
    dimensions = [
        name
        for name in asked.dimensions(counted.names)
        if not name.startswith(f"{metrics.TIME}__")
    ]
    assert metrics.TIME in dimensions
    filters = [
        {model: filters_of(name).get(model, []) for model in counted.models}
        for name in counted.names
    ]
    for dimension in dimensions:
        groups = list(dict.fromkeys([dimension, *counted.one_of]))
        named = [each for each in groups if each != metrics.TIME]
        rows = known.rows(
            {
                model: list(
                    dict.fromkeys(
                        [*named, *(each for found in filters for each in found[model])]
                    )
                )
                for model in counted.models
            }
        )
        columns = [DAY if each == metrics.TIME else of_session(each) for each in groups]
        told = [*columns, *(known.sql(name, str) for name in counted.names)]
        expected = asked.marts.execute(
            f"select {', '.join(told)} from ({rows}) group by {', '.join(columns)}"
        ).fetchall()
        answer = asked.ask(counted.names, groups)
        some = comparable(counting(answer.rows, len(groups)))
        assert some == comparable(counting(expected, len(groups))), dimension
        assert some != []


def of_session(dimension: str) -> str:
    """The column of a dimension; what has no session is nothing when asked for."""
    return f"nullif(cast({dimension.rpartition('__')[2]} as text), '(no session)')"


def counting(rows: Rows, groups: int) -> Rows:
    """Those in which any metric is known."""
    return [row for row in rows if any(each is not None for each in row[groups:])]


@pytest.mark.long  # `make test` asks it of five metrics, under drawn filters.
def test_the_dashboard_counts_what_is_asked_for(
    marts: Path, asked: Asker, tmp_path: Path
) -> None:
    """Every metric of every dataset, by every column that is a dimension of it."""
    # Of one file DuckDB has but one form open in a process.
    copied = shutil.copy(marts, tmp_path / "serving.duckdb")
    files, _ = bundles.bundle(Path(copied), date(2026, 11, 25))
    plan = yaml.safe_load((bundles.FOLDER / "datasets.yml").read_text())
    compared = 0
    for name, dataset in plan.items():
        if "metrics" not in dataset:
            continue
        made = yaml.safe_load(files[f"datasets/footfall/{name}.yaml"])
        source = made["sql"] or f"from {made['table_name']}"
        told = {each["metric_name"]: each["expression"] for each in made["metrics"]}
        columns = {each["column_name"] for each in made["columns"]}
        for dimension, needed, given in grouped(asked, name, dataset, columns):
            groups = list(dict.fromkeys([dimension, *needed]))
            by = [
                made["main_dttm_col"] if each == metrics.TIME else of_session(each)
                for each in groups
            ]
            counted = asked.marts.execute(
                f"select {', '.join([*by, *(told[each] for each in given)])}"
                f" from ({source}) group by {', '.join(by)}"
            ).fetchall()
            answer = asked.ask(list(given.values()), groups).rows
            here, there = (
                comparable(counting(nothing_for_0(rows, len(groups)), len(groups)))
                for rows in (counted, answer)
            )
            assert here == there, (name, given, groups)
            compared += len(given)
    assert compared > 100


def nothing_for_0(rows: Rows, groups: int) -> Rows:
    """The dashboard shows a count of no rows as 0."""
    return [(*row[:groups], *(each or None for each in row[groups:])) for row in rows]


def grouped(
    asked: Asker, name: str, dataset: dict[str, Any], columns: set[str]
) -> Iterator[tuple[str, tuple[str, ...], dict[str, str]]]:
    """What to ask of a dataset: a dimension, what is needed, and metrics by name."""
    found: dict[tuple[str, tuple[str, ...]], dict[str, str]] = {}
    for each in dataset["metrics"]:
        ((given, metric),) = each.items() if isinstance(each, dict) else [(each, each)]
        for dimension in dimensions_of(asked, name, metric, columns):
            needed = semantics().metrics[metric].one_of
            found.setdefault((dimension, needed), {})[given] = metric
    for (dimension, needed), named in found.items():
        yield dimension, needed, named


# The dashboard's credits have the device of the session that converted.
FARTHER = {
    ("credits", "device_category"): "conversion__session__device_category",
    ("credits", "visitor_type"): "conversion__session__visitor_type",
}


def dimensions_of(
    asked: Asker, dataset: str, metric: str, columns: set[str]
) -> list[str]:
    """What a dataset's columns are called when a metric is asked for."""
    known = sorted(asked.dimensions([metric]), key=lambda name: name.count("__"))
    found = {metrics.TIME: metrics.TIME}
    for name in known:
        column = name.rpartition("__")[2]
        if column in columns and not name.startswith(metrics.TIME):
            found.setdefault(column, FARTHER.get((dataset, column), name))
    return list(found.values())


# The report's rows by file: which of its columns is which metric, of what part of them.
REPORTED: dict[str, dict[str, str]] = {
    "sessions": {"sessions": "sessions", "bounces": "bounces"},
    "goals": {"goal_converting_sessions": "goal_converting_sessions"},
    "money": {"conversions": "conversions", "revenue": "revenue", "refunds": "refunds"},
    "spend": {"spend": "spend"},
    "pages": {"page_views": "views", "entrances": "entrances", "exits": "exits"},
    "funnel": {
        "reached_previous": "funnel_attempts_reached_previous",
        "reached": "funnel_attempts_reached",
        "reached_from_previous": "funnel_attempts_reached_from_previous",
    },
    "targets": {
        "target_conversions": "target_conversions",
        "target_revenue": "target_revenue",
    },
    "attribution": {
        "attributed_conversions": "net_attributed_conversions",
        "attributed_revenue": "net_attributed_revenue",
    },
    "quality": {"events": "events"},
}
EPOCH = date(1970, 1, 1)
UNKNOWN = ("(no session)", "(unknown)", "(none)", "(none) / (none)", "(no campaign)")
# What its columns are called when a metric is asked for: the first name that it knows.
CALLED = {
    "report_date": [metrics.TIME],
    "month_started_date": [metrics.TIME],
    "channel": ["channel", "session__channel"],
    "target_channel": ["channel"],
    "goal": [
        "session_goal__goal_name",
        "conversion__conversion_name",
        "target__goal_name",
    ],
    "attribution_model": ["credit__attribution_model"],
    "device": ["session__device_category", "funnel_step__device_category"],
    "visitor_type": ["session__visitor_type", "funnel_step__visitor_type"],
    "country": ["session__country_code"],
    "source_medium": ["session__source,session__medium", "ad__source,ad__medium"],
    "campaign": ["campaign", "session__campaign"],
    "reason": ["session__channel_reason"],
    "landing_page": ["session__landing_page_host,session__landing_page_path"],
    "page": ["page_view__page_host,page_view__page_path"],
    "funnel": ["funnel_step__funnel_name"],
    "step_number": ["funnel_step__step_number"],
}
# Of these the report names the most used, and calls the rest so.
OTHERS = {
    "country": "(other countries)",
    "source_medium": "(other sources)",
    "campaign": "(other campaigns)",
    "reason": "(other reasons)",
    "landing_page": "(other pages)",
    "page": "(other pages)",
}
# Of goals alone.
WITHIN = dict.fromkeys(("money", "attribution"), "conversion__is_goal")


@pytest.mark.parametrize("name", REPORTED)
def test_the_report_counts_what_is_asked_for(
    asked: Asker, marts: Path, tmp_path: Path, name: str
) -> None:
    """Each of its numbers, by each name that it can be filtered by."""
    told = report.read_marts(Path(shutil.copy(marts, tmp_path / "serving.duckdb")))
    # What a chain gives its channels as totals is in no ledger, and so no metric.
    ledger = "select distinct attribution_model from mart_attribution__credits"
    models = {None, *(model for (model,) in asked.marts.execute(ledger).fetchall())}
    rows = [
        row for row in decoded(told, name) if row.get("attribution_model") in models
    ]
    for column, metric in REPORTED[name].items():
        dimensions = set(asked.dimensions([metric]))
        called = {
            field: next(found)
            for field, known in CALLED.items()
            if field in told[name]
            for found in [filter(dimensions.issuperset, map(metrics.names, known))]
        }
        needed = semantics().metrics[metric].one_of
        assert {(each,) for each in needed} <= set(map(tuple, called.values()))
        for field in called:
            fields = list(
                dict.fromkeys(
                    [field, *(each for each in called if called[each][0] in needed)]
                )
            )
            groups = [dimension for each in fields for dimension in called[each]]
            answer = asked.ask([metric], groups, WITHIN.get(name, "")).rows
            here, there = (
                comparable(counting(nothing_for_0(each, len(fields)), len(fields)))
                for each in (
                    summed(
                        (*(row[each] for each in fields), row[column]) for row in rows
                    ),
                    summed(
                        as_reported(row, rows, {each: called[each] for each in fields})
                        for row in answer
                    ),
                )
            )
            assert here == there, (name, column, field)


def summed(rows: Iterable[Row]) -> Rows:
    """The last value of the rows, added up by those before it."""
    sums: dict[Row, float] = {}
    for *key, value in rows:
        sums[tuple(key)] = sums.get(tuple(key), 0) + float(value or 0)
    return [(*key, total) for key, total in sums.items()]


def as_reported(
    row: Row, rows: list[dict[str, Any]], called: dict[str, list[str]]
) -> Row:
    """A row of an answer under the report's names: two parts are one, the rare too."""
    *values, total = row
    key = []
    for field, dimensions in called.items():
        parts, values = values[: len(dimensions)], values[len(dimensions) :]
        value = parts[0]
        if field == "source_medium":
            value = " / ".join(each or "(none)" for each in parts)
        elif field in ("landing_page", "page") and parts[1]:
            value = f"{parts[0] or ''}{parts[1]}"
        value = None if value in UNKNOWN else value
        if field in OTHERS and value not in {each[field] for each in rows}:
            value = OTHERS[field]
        key.append(value)
    return (*key, total)


def decoded(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Rows of the report's page, with their days and texts for its numbers of them."""
    columns = told[name]
    rows = [
        dict(zip(columns, values, strict=True))
        for values in zip(*columns.values(), strict=True)
    ]
    for row in rows:
        for field, value in row.items():
            if field.endswith("_date"):
                row[field] = EPOCH + timedelta(days=value)
            elif field in told["texts"] and value is not None:
                said = told["texts"][field][value]
                row[field] = None if said in UNKNOWN else said
    return rows


def test_no_metric_of_a_day_has_sql_of_its_own_in_the_dashboard() -> None:
    """What is of all days alone cannot be there, for it counts by day."""
    plan = yaml.safe_load((bundles.FOLDER / "datasets.yml").read_text())
    assert [
        each for each in plan.values() if "of_all_days" in each and "date" in each
    ] == []
    named = {
        next(iter(each.values())) if isinstance(each, dict) else each
        for dataset in plan.values()
        for each in dataset.get("metrics", [])
    }
    assert named
    assert named <= set(semantics().metrics)


# -- The command ----------------------------------------------------------------------


def says(
    capsys: pytest.CaptureFixture[str], marts: Path, *arguments: str
) -> tuple[int, str, str]:
    """The exit code of the command, and what it prints."""
    line = [*arguments, "--database", str(marts)]
    code = guarded(lambda: metrics.main(line), 1)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_people_are_told_rates_as_percentages_and_the_greatest_first(
    capsys: pytest.CaptureFixture[str], asked: Asker, marts: Path
) -> None:
    rows = asked.marts.execute(
        "select channel, sum(sessions),"
        " sum(converting_sessions) / sum(sessions), sum(revenue) / sum(sessions)"
        " from mart_channel__daily group by all order by sum(sessions) desc limit 2"
    ).fetchall()
    code, said, _ = says(
        capsys,
        marts,
        "--metrics",
        "sessions,conversion_rate,revenue_per_session",
        "--group-by",
        "channel",
        "--order",
        "-sessions",
        "--limit",
        "2",
    )
    heading, *lines = [line.split("  ") for line in said.splitlines()]
    assert code == 0
    assert [each.strip() for each in heading if each] == [
        "channel",
        "sessions",
        "conversion_rate",
        "revenue_per_session",
    ]
    assert [[each.strip() for each in line if each.strip()] for line in lines] == [
        [channel, f"{sessions:,d}", f"{rate:.1%}", f"{float(revenue):,.2f}"]
        for channel, sessions, rate, revenue in rows
    ]


def test_machines_are_told_values_as_they_are(
    capsys: pytest.CaptureFixture[str], asked: Asker, marts: Path
) -> None:
    ((month, revenue),) = asked.marts.execute(
        "select date_trunc('month', converted_date), sum(revenue)"
        " from fct_conversions where converted_date >= '2026-08-01' group by all"
    ).fetchall()
    code, said, _ = says(
        capsys,
        marts,
        *("--metrics", "revenue", "--group-by", "metric_time__month", "--csv"),
        *("--where", "metric_time >= '2026-08-01'"),
    )
    assert code == 0
    assert said == f"metric_time__month,revenue\n{str(month)[:10]},{revenue}\n"


def test_the_sql_is_shown_instead_of_the_answer(
    capsys: pytest.CaptureFixture[str], asked: Asker, marts: Path
) -> None:
    code, said, _ = says(capsys, marts, "--metrics", "sessions", "--explain")
    assert code == 0
    assert asked.marts.execute(said).fetchall() == asked.ask(["sessions"]).rows


def test_what_there_is_to_ask_for_is_listed(
    capsys: pytest.CaptureFixture[str], marts: Path
) -> None:
    code, said, _ = says(capsys, marts, "--list")
    assert code == 0
    assert [line.split()[0] for line in said.splitlines()] == list(semantics().metrics)
    code, said, _ = says(capsys, marts, "--list", "--metrics", "goal_conversion_rate")
    assert code == 0
    assert {
        "metric_time__month",
        "session_goal__goal_name",
        "session__channel",
        "session__device_category",
    } <= set(said.splitlines())
    # An id is no group, and neither is a measure of another thing.
    assert "session" not in said.split()
    assert "session__revenue" not in said.split()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--metrics", "net_revenu"],
            "There is no metric 'net_revenu'; the nearest are net_revenue, ",
        ),
        (
            ["--metrics", "attribution_models"],
            "There is no metric 'attribution_models'; the nearest are ",
        ),
        (
            ["--metrics", "net_revenue", "--group-by", "device_category"],
            "net_revenue cannot be grouped by 'device_category'; the nearest are"
            " session__device_category, ",
        ),
        (
            ["--metrics", "sessions", "--group-by", "session_goal__goal_name"],
            "sessions cannot be grouped by 'session_goal__goal_name'; the nearest are ",
        ),
        (
            ["--metrics", "sessions", "--where", "session__chanel = 'Direct'"],
            "sessions cannot be grouped by 'session__chanel'; the nearest are"
            " session__channel, ",
        ),
        (
            ["--metrics", "sessions", "--order", "-revenue"],
            "There is no column to order by 'revenue'; the nearest are sessions.",
        ),
        (
            ["--metrics", "sessions", "--where", "chanel = 'Direct'"],
            "The marts have no answer: ",
        ),
        (
            [
                *("--metrics", "sessions", "--where"),
                f"1 = (select count(*) from read_text('{ROOT / 'Makefile'}'))",
            ],
            "The marts have no answer: ",
        ),
        (
            ["--metrics", "goal_conversion_rate"],
            "goal_conversion_rate is of one session_goal__goal_name: group by it, or ",
        ),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_what_cannot_be_answered_is_said_in_one_sentence(
    capsys: pytest.CaptureFixture[str], marts: Path, arguments: list[str], told: str
) -> None:
    code, said, why = says(capsys, marts, *arguments)
    assert (code, said) == (1, "")
    assert why.startswith(told)
    assert why.count("\n") == 1


def test_where_nothing_is_published_the_command_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, said, why = says(capsys, tmp_path / "no.duckdb", "--metrics", "sessions")
    assert (code, said) == (1, "")
    assert why.startswith(f"There are no published marts at {tmp_path / 'no.duckdb'}:")


class Touch:
    """An object whose reading makes a file: what another user of the machine plants."""

    def __init__(self, path: Path) -> None:
        """Remember which."""
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        """How to make it again."""
        return Path.touch, (self.path,)


# Run in the command's process before it, so that no import escapes it.
WATCHED = """
import os, runpy, sys

def watch(event, values):
    opens = event == "open" and str(values[0]).startswith(os.environ["TMPDIR"])
    if opens or event.startswith("socket."):
        os.write(2, f"{event} {values}".encode())
        os._exit(9)

sys.addaudithook(watch)
runpy.run_module("serving.metrics", run_name="__main__")
"""


def watched(
    folder: Path, code: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Python with a folder of its own for what is temporary."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_asking_reads_nothing_temporary_and_opens_no_socket(
    asked: Asker, marts: Path, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    planted = tmp_path / "update_checker_cache.pkl"
    planted.write_bytes(pickle.dumps(Touch(made)))
    arguments = ("--metrics", "sessions", "--csv", "--database", str(marts))
    done = watched(tmp_path, WATCHED, *arguments)
    ((sessions,),) = asked.ask(["sessions"]).rows
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"sessions\n{sessions}\n"
    assert not made.exists()
    # The watch sees what it is there for, and the plant does what it is feared for.
    for forbidden in (f"open({str(planted)!r})", "import socket; socket.socket()"):
        code = WATCHED.replace('runpy.run_module("serving', f'{forbidden}\n# ("')
        assert watched(tmp_path, code).returncode == 9
    pickle.loads(planted.read_bytes())
    assert made.exists()
