-- grain: one row per channel that starts the journey to a purchase.
-- Which channels start journeys, and how often does the same channel close them?

with touchpoints as (
    select * from {{ ref('footfall', 'mart_attribution__touchpoints') }}
    where conversion_name = 'purchase'
),

last_touches as (
    select
        conversion_id,
        channel
    from touchpoints
    where touch_number = touch_count
),

answer as (
    select
        touchpoints.channel,
        count(*) as purchases_started,
        count(case when last_touches.channel = touchpoints.channel then 1 end)
            as closed_by_itself,
        round(avg(touchpoints.touch_count), 1) as average_touches
    from touchpoints
    inner join last_touches
        on touchpoints.conversion_id = last_touches.conversion_id
    where touchpoints.touch_number = 1
    group by touchpoints.channel
)

select * from answer
order by purchases_started desc, channel asc
