-- grain: one row per distinct user agent.

{% set known = stored('int_user_agents__classified') %}
{% set fields = ['bot_reason', 'device_category', 'os_name', 'browser_name'] %}

with events as (
    select * from {{ ref('int_events__unioned') }}
    where {{ is_arriving() }}
),

-- Which user agents has nobody read yet? Rules are written for lower case.
user_agents as (
    select
        user_agent,
        lower(user_agent) as lower_user_agent
    from events
    where
        user_agent is not null
        {%- if known %}
            and not exists (
                select 1 from {{ known }} as known
                where known.user_agent = events.user_agent
            )
        {%- endif %}
    group by user_agent
),

-- One field after the other, since Postgres keeps no more than 32 patterns compiled.
matched as (
    {% for field in fields %}
        select
            user_agent,
            '{{ field }}' as field,
            {{ user_agent_verdict(field, 'lower_user_agent') }} as verdict
        from user_agents
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

classified as (
    select
        user_agent,
        {%- for field in fields %}
            max(case when field = '{{ field }}' then verdict end) as {{ field }},
        {%- endfor %}
        '{{ definition_hash() }}' as definition_hash
    from matched
    group by user_agent
)

select * from classified
