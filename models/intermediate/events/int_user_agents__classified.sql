-- grain: one row per distinct user agent.

{% set known = held() %}
{% set texts = {
    'bot_reason': 'text_but_model',
    'device_category': 'lower_user_agent',
    'os_name': 'lower_user_agent',
    'browser_name': 'lower_user_agent',
} %}

with arriving as (
    select user_agent from {{ ref('footfall', 'int_events__logged') }}
    where
        user_agent is not null
        and {{ in_scope('batch') }}
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

-- A phone called Spider or M bot 60 is no bot: what stands between the system, with a
-- version and a language, and the next `;`, `)` or ` Build/` is a model's name, unless
-- a version is in it.
without_models as (
    select
        user_agent,
        lower_user_agent,
        {{ replaced_regex(
            'lower_user_agent',
            '((?:android|harmonyos)[ 0-9.]*; )'
            ~ '((?:harmonyos|[a-z]{2}(?:[-_][a-z]{2})?) ?; )?[^;)/]*( build/|[;)])',
            '\\1\\3'
        ) }} as text_but_model
    from user_agents
),

-- One field after the other, since Postgres keeps no more than 32 patterns compiled.
matched as (
    {% for field, text in texts.items() %}
        select
            user_agent,
            {{ sql_literal(field) }} as field,
            {{ rule_verdict('user_agent_rules', field, text) }} as verdict
        from without_models
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

classified as (
    select
        user_agent,
        max(case when field = 'bot_reason' then verdict end) as bot_reason,
        max(case when field = 'device_category' then verdict end) as device_category,
        max(case when field = 'os_name' then verdict end) as os_name,
        max(case when field = 'browser_name' then verdict end) as browser_name
    from matched
    group by user_agent
)

select * from classified
