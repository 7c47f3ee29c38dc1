-- grain: one row per day, channel, goal and attribution model with conversions and
-- revenue less what was reversed on the day.

with channel_days as (
    select
        channels.report_date,
        channels.channel,
        channels.conversion_name as goal,
        channels.attribution_model,
        cast(sum(channels.attributed_revenue + channels.reversed_revenue) as double)
            as attributed_revenue,
        cast(sum(channels.conversions + channels.reversed_conversions) as double)
            as attributed_conversions
    from mart_attribution__channels as channels
    inner join dim_goals as goals on channels.conversion_name = goals.goal_name
    where channels.attribution_model is not null
    group by
        channels.report_date,
        channels.channel,
        channels.conversion_name,
        channels.attribution_model
)

select * from channel_days
where attributed_revenue <> 0 or attributed_conversions <> 0
order by goal, attribution_model, report_date, channel
