-- grain: one row per (setting, name): a name in a var or rule that no event has, so
-- that it changes nothing. Names of the rules that come with footfall are left out.

with event_names as (
    select distinct
        'event' as name_kind,
        event_name as name_form
    from {{ ref('footfall', 'int_event_names__ruled') }}
),

platforms as (
    select distinct
        'platform' as name_kind,
        platform as name_form
    from {{ ref('footfall', 'int_event_names__ruled') }}
),

events as (
    select * from {{ ref('footfall', 'int_events__classified') }}
),

conversion_definitions as (
    select * from {{ ref('conversion_definitions') }}
),

reversal_definitions as (
    select * from {{ ref('reversal_definitions') }}
),

funnel_steps as (
    select * from {{ ref('funnel_steps') }}
),

funnel_exclusions as (
    select * from {{ ref('funnel_exclusions') }}
),

event_rules as (
    select * from {{ ref('event_rules') }}
),

-- On which hosts are pages and referrers? Asked only where own hosts are named.
hosts as (
    select page_host as host_name
    from events
    where {{ own_hosts() | length > 0 }}

    union

    select referrer_host as host_name
    from events
    where {{ own_hosts() | length > 0 }}
),

-- What do the vars name? Their names are brought into the form of the events' own.
set_names as (
    {{ set_names() }}
),

-- And the rules? A pattern may be there for what never comes.
ruled_names as (
    select
        'conversion_definitions' as setting,
        event_name
    from conversion_definitions

    union all

    select
        'reversal_definitions' as setting,
        event_name
    from reversal_definitions

    union all

    select
        'funnel_steps' as setting,
        event_name
    from funnel_steps

    union all

    select
        'funnel_exclusions' as setting,
        event_name
    from funnel_exclusions

    union all

    select
        'event_rules' as setting,
        event_name
    from event_rules
),

own_ruled_names as (
    select distinct
        setting,
        'event' as name_kind,
        event_name as said_name,
        {{ event_form('event_name') }} as name_form
    from ruled_names
    where
        replace(event_name, '%', '') = event_name
        and event_name not in ({{ text_list(shipped_event_names()) }})
),

named as (
    select * from set_names

    union all

    select * from own_ruled_names
),

come as (
    select * from event_names

    union all

    select * from platforms
),

unmatched as (
    select
        named.setting,
        named.name_kind,
        named.said_name
    from named
    left join come
        on
            named.name_kind = come.name_kind
            and named.name_form = come.name_form
    left join hosts
        on
            named.name_kind = 'host'
            and (
                named.name_form = hosts.host_name
                or hosts.host_name like '%.' || named.name_form
            )
    group by
        named.setting,
        named.name_kind,
        named.said_name
    having count(come.name_form) = 0 and count(hosts.host_name) = 0
)

select * from unmatched
