-- grain: one row per day, goal and set of names with conversions or refunds. A refund
-- counts on its own day, under the names of the session that converted.

with entries as (
    select
        converted_date as report_date,
        session_id,
        conversion_name as goal,
        1 as conversions,
        coalesce(revenue, 0) as revenue,
        0 as refunds
    from fct_conversions
    where is_goal

    union all

    select
        reversals.reversed_date as report_date,
        conversions.session_id,
        conversions.conversion_name as goal,
        0 as conversions,
        0 as revenue,
        -1 * reversals.reversed_revenue as refunds
    from fct_reversals as reversals
    inner join fct_conversions as conversions
        on reversals.conversion_id = conversions.conversion_id
    where conversions.is_goal
)

select
    entries.report_date,
    entries.goal,
    cast(sum(entries.conversions) as bigint) as conversions,
    cast(sum(entries.revenue) as double) as revenue,
    cast(sum(entries.refunds) as double) as refunds,
    coalesce(sessions.channel, '(no session)') as channel,
    coalesce(sessions.device, '(no session)') as device,
    coalesce(sessions.visitor_type, '(no session)') as visitor_type,
    coalesce(sessions.country, '(no session)') as country,
    coalesce(sessions.source_medium, '(no session)') as source_medium,
    coalesce(sessions.campaign, '(no session)') as campaign,
    coalesce(sessions.reason, '(no session)') as reason,
    coalesce(sessions.landing_page, '(no session)') as landing_page
from entries
left join report_sessions as sessions on entries.session_id = sessions.session_id
group by all
order by all
