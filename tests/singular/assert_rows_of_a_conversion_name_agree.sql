-- grain: one row per conversion name whose alternative rows disagree on how far to look
-- back, or on what makes a lead or an opportunity.

with counted as (
    select
        conversion_name,
        count(distinct coalesce(lookback_seconds, -1)) as lookback_count,
        count(distinct coalesce(lead_conversion_name, '')) as lead_count,
        count(distinct coalesce(opportunity_conversion_name, '')) as opportunity_count
    from {{ ref('conversion_definitions') }}
    group by conversion_name
)

select * from counted
where
    lookback_count > 1
    or lead_count > 1
    or opportunity_count > 1
