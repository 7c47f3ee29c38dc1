-- grain: one row per distinct user agent.

{% set known = stored('int_user_agents__classified') %}
{% set fields = ['bot_reason', 'device_category', 'os_name', 'browser_name'] %}

with arriving as (
    select user_agent from {{ ref('int_events__arrived') }}
    where user_agent is not null
    group by user_agent
),

{% if known %}

    known as (
        select user_agent from {{ known }}
    ),

{% else %}

    known as (
        select user_agent from arriving
        where false
    ),

{% endif %}

-- Which user agents has nobody read yet? Rules are written for lower case.
user_agents as (
    select
        arriving.user_agent,
        lower(arriving.user_agent) as lower_user_agent
    from arriving
    left join known
        on arriving.user_agent = known.user_agent
    where known.user_agent is null
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
