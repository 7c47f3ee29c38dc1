-- grain: one row per funnel, step, property and value of it that at least thirty
-- sessions of attempts at the step have.

with entries as (
    select * from {{ ref('footfall', 'mart_funnel__entries') }}
    where entry_session_id is not null
),

funnel_steps as (
    select * from {{ ref('footfall', 'int_funnel_steps__defined') }}
    where not is_last_step
),

sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

page_views as (
    select * from {{ ref('footfall', 'fct_page_views') }}
),

-- Up to the entry alone: who goes on sees more pages, and so more slow ones.
load_times as (
    select
        entries.funnel_name,
        entries.source_name,
        entries.entity_id,
        entries.attempt_number,
        max(page_views.page_load_ms) as slowest_load_ms
    from entries
    inner join page_views
        on
            entries.entry_session_id = page_views.session_id
            and entries.entered_at >= page_views.viewed_at
    group by
        entries.funnel_name,
        entries.source_name,
        entries.entity_id,
        entries.attempt_number
),

-- Every attempt at each step that it took, but the last: did it go on?
attempts as (
    select
        entries.funnel_name,
        funnel_steps.step_number,
        funnel_steps.step_name,
        entries.entry_session_id,
        entries.channel,
        entries.device_category,
        entries.visitor_type,
        coalesce(sessions.os_name, '(unknown)') as os_name,
        coalesce(sessions.browser_name, '(unknown)') as browser_name,
        coalesce(sessions.country_code, '(unknown)') as country_code,
        coalesce(sessions.landing_page_path, '(unknown)') as landing_page_path,
        case
            when load_times.slowest_load_ms < {{ var('slow_page_ms') }} then 'fast'
            when load_times.slowest_load_ms >= {{ var('slow_page_ms') }} then 'slow'
            else '(unknown)'
        end as slowest_load,
        entries.furthest_step > funnel_steps.step_number as is_gone_on
    from entries
    inner join funnel_steps
        on
            entries.funnel_name = funnel_steps.funnel_name
            and entries.entry_step <= funnel_steps.step_number
            and entries.furthest_step >= funnel_steps.step_number
    inner join sessions
        on entries.entry_session_id = sessions.session_id
    left join load_times
        on
            entries.funnel_name = load_times.funnel_name
            and entries.source_name = load_times.source_name
            and entries.entity_id = load_times.entity_id
            and entries.attempt_number = load_times.attempt_number
),

totals as (
    select
        funnel_name,
        step_number,
        count(case when is_gone_on then 1 end) as went_on,
        count(case when not is_gone_on then 1 end) as dropped
    from attempts
    group by funnel_name, step_number
),

described as (
    {%- for property in [
        'channel', 'device_category', 'visitor_type', 'os_name', 'browser_name',
        'country_code', 'landing_page_path', 'slowest_load',
    ] %}
        select
            funnel_name,
            step_number,
            step_name,
            entry_session_id,
            {{ sql_literal(property) }} as property_name,
            {{ property }} as property_value,
            is_gone_on
        from attempts
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

counted as (
    select
        funnel_name,
        step_number,
        step_name,
        property_name,
        property_value,
        count(case when is_gone_on then 1 end) as went_on_with,
        count(case when not is_gone_on then 1 end) as dropped_with
    from described
    group by funnel_name, step_number, step_name, property_name, property_value
    having count(distinct entry_session_id) >= 30
),

-- In floats, since all that follows is.
compared as (
    select
        counted.*,
        totals.went_on,
        totals.dropped,
        {{ cast('totals.went_on', 'double precision') }} as n_on,
        {{ cast('totals.dropped', 'double precision') }} as n_left,
        {{ cast('counted.went_on_with', 'double precision') }}
        / nullif(totals.went_on, 0) as share_on,
        {{ cast('counted.dropped_with', 'double precision') }}
        / nullif(totals.dropped, 0) as share_left,
        {{ cast(
            'counted.went_on_with + counted.dropped_with', 'double precision'
        ) }}
        / (totals.went_on + totals.dropped) as pooled_share
    from counted
    inner join totals
        on
            counted.funnel_name = totals.funnel_name
            and counted.step_number = totals.step_number
),

spread as (
    select
        *,
        share_left - share_on as gap,
        {{ wilson_bound('share_left', 'n_left', '-') }} as left_low,
        {{ wilson_bound('share_left', 'n_left', '+') }} as left_high,
        {{ wilson_bound('share_on', 'n_on', '-') }} as on_low,
        {{ wilson_bound('share_on', 'n_on', '+') }} as on_high,
        abs(share_left - share_on) / nullif(
            sqrt(
                pooled_share * (1 - pooled_share)
                * (1 / nullif(n_on, 0) + 1 / nullif(n_left, 0))
            ), 0
        ) as gap_score
    from compared
),

scored as (
    select
        *,
        {{ newcombe_margin('share_left', 'left_low', 'share_on', 'on_high') }}
            as margin_below,
        {{ newcombe_margin('share_left', 'left_high', 'share_on', 'on_low') }}
            as margin_above,
        {{ to_nine_decimals(two_sided_p('gap_score')) }} as p_value
    from spread
),

ranked as (
    select
        *,
        {{ looked_p('p_value', 'funnel_name') }} as candidate,
        row_number() over (
            partition by funnel_name
            order by
                coalesce(p_value, 2),
                step_number,
                property_name,
                {{ byte_order('property_value') }}
        ) as look_number
    from scored
),

looked as (
    select
        *,
        {{ adjusted_p('candidate', 'p_value', 'funnel_name') }} as adjusted_p_value
    from ranked
),

final as (
    select
        funnel_name,
        step_number,
        step_name,
        property_name,
        property_value,
        went_on,
        dropped,
        went_on_with,
        dropped_with,
        {{ rate('went_on_with', 'went_on') }} as went_on_share,
        {{ rate('dropped_with', 'dropped') }} as dropped_share,
        {{ to_nine_decimals('gap') }} as difference,
        {{ to_nine_decimals('gap - margin_below') }} as difference_low,
        {{ to_nine_decimals('gap + margin_above') }} as difference_high,
        p_value,
        adjusted_p_value,
        cast(look_number as bigint) as difference_rank,
        coalesce(adjusted_p_value < 0.05, false) as is_different
    from looked
)

select * from final
