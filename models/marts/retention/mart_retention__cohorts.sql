-- grain: one row per kind of cohort, goal, kind of period, period in which the cohort
-- began, channel, device and number of periods since.

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

session_goals as (
    select * from {{ ref('footfall', 'fct_session_goals') }}
    where is_converted
),

periods as (
    select * from {{ ref('footfall', 'dim_periods') }}
),

period_days as (
    select * from {{ ref('footfall', 'dim_period_days') }}
),

known_visitors as (
    select distinct
        source_name,
        visitor_id
    from sessions
    where user_id is not null
),

-- Of whom the tracker says that they came before the data, nobody knows when.
first_sessions as (
    select
        'first_session' as cohort_kind,
        '(any)' as goal_name,
        session_id
    from sessions
    where
        session_number = 1
        and visitor_type = 'new'
),

goal_sessions as (
    select
        session_goals.goal_name,
        session_goals.session_id,
        row_number() over (
            partition by
                sessions.source_name, sessions.visitor_id, session_goals.goal_name
            order by sessions.session_number
        ) as goal_session_number
    from session_goals
    inner join sessions
        on session_goals.session_id = sessions.session_id
),

begun as (
    select * from first_sessions

    union all

    select
        'first_goal' as cohort_kind,
        goal_name,
        session_id
    from goal_sessions
    where goal_session_number = 1
),

members as (
    select
        begun.cohort_kind,
        begun.goal_name,
        period_days.period_type,
        period_days.period_number as cohort_number,
        sessions.source_name,
        sessions.visitor_id,
        sessions.channel,
        sessions.is_history_complete,
        coalesce(sessions.device_category, '(unknown)') as device_category,
        known_visitors.visitor_id is not null as is_known
    from begun
    inner join sessions
        on begun.session_id = sessions.session_id
    inner join period_days
        on sessions.started_date = period_days.report_date
    left join known_visitors
        on
            sessions.source_name = known_visitors.source_name
            and sessions.visitor_id = known_visitors.visitor_id
),

cohorts as (
    select
        cohort_kind,
        goal_name,
        period_type,
        cohort_number,
        channel,
        device_category,
        count(*) as visitors,
        count(case when is_history_complete then 1 end) as visitors_with_history,
        count(case when is_known then 1 end) as known_visitors
    from members
    group by
        cohort_kind, goal_name, period_type, cohort_number, channel, device_category
),

active as (
    select distinct
        sessions.source_name,
        sessions.visitor_id,
        period_days.period_type,
        period_days.period_number
    from sessions
    inner join period_days
        on sessions.started_date = period_days.report_date
),

-- In which periods since it began was a member here, and which is the last so far?
returned as (
    select
        members.*,
        active.period_number,
        max(active.period_number) over (
            partition by
                members.cohort_kind,
                members.goal_name,
                members.period_type,
                members.source_name,
                members.visitor_id
        ) as last_number
    from members
    inner join active
        on
            members.source_name = active.source_name
            and members.visitor_id = active.visitor_id
            and members.period_type = active.period_type
            and members.cohort_number <= active.period_number
),

counted as (
    select
        cohort_kind,
        goal_name,
        period_type,
        cohort_number,
        channel,
        device_category,
        period_number,
        count(*) as retained_visitors,
        count(case when period_number = last_number then 1 end) as gone_visitors
    from returned
    group by
        cohort_kind,
        goal_name,
        period_type,
        cohort_number,
        channel,
        device_category,
        period_number
),

cells as (
    select
        cohorts.*,
        periods.period_number,
        periods.is_complete,
        coalesce(counted.retained_visitors, 0) as retained_visitors,
        -- Whoever was last here in this period or a later one.
        sum(coalesce(counted.gone_visitors, 0)) over (
            partition by
                cohorts.cohort_kind,
                cohorts.goal_name,
                cohorts.period_type,
                cohorts.cohort_number,
                cohorts.channel,
                cohorts.device_category
            order by periods.period_number desc
            rows between unbounded preceding and current row
        ) as returning_visitors
    from cohorts
    inner join periods
        on
            cohorts.period_type = periods.period_type
            and cohorts.cohort_number <= periods.period_number
    left join counted
        on
            cohorts.cohort_kind = counted.cohort_kind
            and cohorts.goal_name = counted.goal_name
            and cohorts.period_type = counted.period_type
            and cohorts.cohort_number = counted.cohort_number
            and cohorts.channel = counted.channel
            and cohorts.device_category = counted.device_category
            and periods.period_number = counted.period_number
),

final as (
    select
        cells.cohort_kind,
        cells.goal_name,
        cells.period_type,
        cohort_periods.period_started_date as cohort_started_date,
        cells.channel,
        cells.device_category,
        cast(cells.period_number - cells.cohort_number as bigint) as periods_since,
        cells.is_complete,
        cells.visitors,
        cells.visitors_with_history,
        cells.known_visitors,
        case when cells.is_complete then cells.retained_visitors end
            as retained_visitors,
        cast(case when cells.is_complete then cells.returning_visitors end as bigint)
            as returning_visitors,
        case
            when cells.is_complete
                then {{ rate('cells.retained_visitors', 'cells.visitors') }}
        end as retention_rate
    from cells
    inner join periods as cohort_periods
        on
            cells.period_type = cohort_periods.period_type
            and cells.cohort_number = cohort_periods.period_number
)

select * from final
