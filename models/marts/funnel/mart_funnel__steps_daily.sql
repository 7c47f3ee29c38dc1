-- grain: one row per funnel, step, day of entry, channel, device category and visitor
-- type with any entry.

with entries as (
    select * from {{ ref('footfall', 'mart_funnel__entries') }}
),

funnel_steps as (
    select * from {{ ref('footfall', 'int_funnel_steps__defined') }}
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
        entries.entry_step,
        entries.furthest_step,
        funnel_steps.is_last_step,
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

-- Before step 1 everybody is on the way to it.
judged as (
    select
        *,
        entry_step <= step_number and step_number <= furthest_step as is_reached,
        step_number = 1
        or (entry_step < step_number and step_number <= furthest_step + 1)
            as is_from_previous
    from stepped
),

-- Of the last step nobody can drop.
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
        count(case when is_from_previous then 1 end) as reached_previous,
        count(case when is_reached then 1 end) as reached,
        count(case when is_from_previous and is_reached then 1 end)
            as reached_from_previous,
        count(case when furthest_step = step_number and not is_last_step then 1 end)
            as dropped,
        percentile_cont(0.5) within group (
            order by {{ microseconds_between('previous_step_at', 'step_at') }}
        ) as median_microseconds
    from judged
    group by
        funnel_name,
        step_number,
        step_name,
        report_date,
        channel,
        device_category,
        visitor_type
),

final as (
    select
        funnel_name,
        step_number,
        step_name,
        report_date,
        channel,
        device_category,
        visitor_type,
        entered,
        reached_previous,
        reached,
        reached_from_previous,
        dropped,
        {{ rate('reached_from_previous', 'reached_previous') }} as step_rate,
        {{ rate('reached', 'entered') }} as overall_rate,
        cast({{ from_units('median_microseconds', 6) }} as numeric(18, 6))
            as median_seconds_from_previous
    from counted
)

select * from final
