-- grain: one row per place and step of journeys that fewer or more leave than reach it,
-- and one per kind of journey whose steps are not its views or sessions.

with transitions as (
    select * from {{ ref('footfall', 'mart_journey__transitions') }}
),

page_views as (
    select * from {{ ref('footfall', 'fct_page_views') }}
),

sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

-- From the tenth step on both stand in one row.
flows as (
    select
        journey_kind,
        step_number,
        to_name as place_name,
        transitions as flow
    from transitions
    where step_number < 9 and to_name <> '(end)'

    union all

    select
        journey_kind,
        step_number - 1 as step_number,
        from_name as place_name,
        0 - transitions as flow
    from transitions
    where step_number between 2 and 9
),

steps as (
    select
        journey_kind,
        sum(transitions) as step_count
    from transitions
    where to_name <> '(end)'
    group by journey_kind
),

expected as (
    select
        'page' as journey_kind,
        count(*) as step_count
    from page_views

    union all

    select
        'channel' as journey_kind,
        count(*) as step_count
    from sessions
),

lost as (
    select
        journey_kind,
        step_number,
        place_name
    from flows
    group by journey_kind, step_number, place_name
    having sum(flow) <> 0

    union all

    select
        expected.journey_kind,
        cast(null as bigint) as step_number,
        cast(null as {{ dbt.type_string() }}) as place_name
    from expected
    left join steps
        on expected.journey_kind = steps.journey_kind
    where expected.step_count <> coalesce(steps.step_count, 0)
)

select * from lost
