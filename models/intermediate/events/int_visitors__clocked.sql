-- grain: one row per visitor of a source who ever did more than bot_limit_events;
-- bot_reason says whether it was too fast for a person.

{% set known = stored('int_visitors__clocked') %}
{% set held = stored('int_events__classified') %}
{% set is_arriving = is_arriving() %}

with arriving as (
    select
        source_name,
        event_id,
        visitor_id,
        platform,
        occurred_at,
        received_at,
        analytics_consent
    from {{ ref('int_events__arrived') }}
    where {{ var('bot_limit_events') is not none }}
),

delivered as (
    select * from arriving

    {% if held %}
        union all

        select
            source_name,
            event_id,
            visitor_id,
            platform,
            occurred_at,
            received_at,
            analytics_consent
        from {{ held }}
        where
            not coalesce({{ is_arriving }}, false)
            {%- if known %}
                -- Nothing new of a visitor, and the verdict stands.
                and (source_name, visitor_id) in (
                    select
                        arriving.source_name,
                        arriving.visitor_id
                    from arriving
                )
            {%- endif %}
    {% endif %}
),

-- A server's events are not the visitor's doing.
whole as (
    select * from delivered
    where
        {{ own_rejection_reason() }} is null
        and coalesce(platform, '') <> 'server'
),

-- Most visitors never do enough in all, so only the others are looked at closely.
active as (
    select
        source_name,
        visitor_id
    from whole
    group by source_name, visitor_id
    having count(*) > {{ var('bot_limit_events') or 0 }}
),

-- An event delivered again is still one: as it was received first.
copies as (
    select
        whole.source_name,
        whole.visitor_id,
        whole.event_id,
        whole.occurred_at,
        row_number() over (
            partition by whole.source_name, whole.visitor_id, whole.event_id
            order by whole.received_at asc nulls last, whole.occurred_at asc
        ) as copy_number
    from whole
    inner join active
        on
            whole.source_name = active.source_name
            and whole.visitor_id = active.visitor_id
),

-- As many events ago as the limit allows: when was that?
paced as (
    select
        source_name,
        visitor_id,
        occurred_at,
        lag(occurred_at, {{ var('bot_limit_events') or 0 }}) over (
            partition by source_name, visitor_id
            order by occurred_at, event_id
        ) as limit_started_at
    from copies
    where copy_number = 1
),

clocked as (
    select
        source_name,
        visitor_id,
        max(
            case
                when
                    occurred_at
                    <= limit_started_at
                    + interval '{{ var("bot_limit_seconds") }}' second
                    then
                        'more than {{ var("bot_limit_events") }} events'
                        || ' in {{ var("bot_limit_seconds") }} seconds'
            end
        ) as bot_reason,
        '{{ definition_hash() }}' as definition_hash
    from paced
    group by source_name, visitor_id
)

select * from clocked
