-- grain: one row per funnel, step, day of entry, channel, device category and visitor
-- type with any entry.

with entries as (
    select * from {{ ref('footfall', 'mart_funnel__entries') }}
),

funnel_steps as (
    select * from {{ ref('funnel_steps') }}
),

-- Every entry meets every step of its funnel, taken or not.
stepped as (
    select
        entries.funnel_name,
        funnel_steps.step_number,
        funnel_steps.step_name,
        entries.report_date,
        entries.channel,
        entries.device_category,
        entries.visitor_type,
        entries.furthest_step,
        case funnel_steps.step_number
            {%- for step_number in range(1, 9) %}
                when {{ step_number }} then entries.step_{{ step_number }}_at
            {%- endfor %}
        end as step_at,
        case funnel_steps.step_number
            {%- for step_number in range(2, 9) %}
                when {{ step_number }} then entries.step_{{ step_number - 1 }}_at
            {%- endfor %}
        end as previous_step_at
    from entries
    inner join funnel_steps
        on entries.funnel_name = funnel_steps.funnel_name
),

counted as (
    select
        funnel_name,
        step_number,
        step_name,
        report_date,
        channel,
        device_category,
        visitor_type,
        count(*) as entered,
        count(case when furthest_step >= step_number - 1 then 1 end)
            as reached_previous,
        count(case when furthest_step >= step_number then 1 end) as reached,
        percentile_cont(0.5) within group (
            order by {{ microseconds_between('previous_step_at', 'step_at') }}
        ) as median_microseconds
    from stepped
    group by
        funnel_name,
        step_number,
        step_name,
        report_date,
        channel,
        device_category,
        visitor_type
),

last_steps as (
    select
        funnel_name,
        max(step_number) as last_step_number
    from funnel_steps
    group by funnel_name
),

-- Who reached this step but not the next; of the last step nobody can drop.
final as (
    select
        counted.funnel_name,
        counted.step_number,
        counted.step_name,
        counted.report_date,
        counted.channel,
        counted.device_category,
        counted.visitor_type,
        counted.entered,
        counted.reached_previous,
        counted.reached,
        case
            when counted.step_number = last_steps.last_step_number
                then cast(0 as bigint)
            else counted.reached - coalesce(next_steps.reached, 0)
        end as dropped,
        {{ rate('counted.reached', 'counted.reached_previous') }} as step_rate,
        {{ rate('counted.reached', 'counted.entered') }} as overall_rate,
        cast(
            {{ from_units('counted.median_microseconds', 6) }} as numeric(18, 6)
        ) as median_seconds_from_previous
    from counted
    inner join last_steps
        on counted.funnel_name = last_steps.funnel_name
    left join counted as next_steps
        on
            counted.funnel_name = next_steps.funnel_name
            and counted.step_number + 1 = next_steps.step_number
            and counted.report_date = next_steps.report_date
            and counted.channel = next_steps.channel
            and counted.device_category = next_steps.device_category
            and counted.visitor_type = next_steps.visitor_type
)

select * from final
