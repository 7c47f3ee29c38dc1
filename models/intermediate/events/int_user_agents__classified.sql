-- grain: one row per distinct user agent.

with events as (
    select * from {{ ref('int_events__unioned') }}
),

bot_rules as (
    select * from {{ ref('bot_rules') }}
),

user_agents as (
    select distinct user_agent
    from events
    where user_agent is not null
),

matched as (
    select
        user_agents.user_agent,
        bot_rules.bot_reason,
        row_number() over (
            partition by user_agents.user_agent
            order by bot_rules.priority
        ) as match_rank
    from user_agents
    inner join bot_rules
        on {{ matches_regex('lower(user_agents.user_agent)', 'bot_rules.pattern') }}
),

classified as (
    select
        user_agents.user_agent,
        matched.bot_reason
    from user_agents
    left join matched
        on
            user_agents.user_agent = matched.user_agent
            and matched.match_rank = 1
)

select * from classified
