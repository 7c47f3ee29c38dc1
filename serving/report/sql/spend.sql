-- grain: one row per day, channel, source and campaign with ad spend.

with names as (
    select distinct
        source_medium,
        campaign
    from report_sessions
),

spent as (
    select
        spend_date as report_date,
        channel,
        spend,
        coalesce(source, '(none)') || ' / ' || coalesce(medium, '(none)')
            as source_medium,
        coalesce(campaign, '(no campaign)') as campaign
    from fct_ad_spend
    where spend <> 0
)

select
    report_date,
    channel,
    cast(metric('spend') as double) as spend,
    case
        when source_medium in (select names.source_medium from names)
            then source_medium
        else '(other sources)'
    end as source_medium,
    case
        when campaign in (select names.campaign from names) then campaign
        else '(other campaigns)'
    end as campaign
from spent
group by all
order by all
