-- grain: one row per day, channel and attribution model with revenue less what was
-- reversed on the day, over all kinds of conversion.

with channel_days as (
    select
        report_date,
        channel,
        attribution_model,
        cast(sum(attributed_revenue + reversed_revenue) as double) as attributed
    from mart_attribution__channels
    where attribution_model is not null
    group by report_date, channel, attribution_model
)

select * from channel_days
where attributed <> 0
order by attribution_model, report_date, channel
