-- grain: one row per channel that the rules in force can give.

with channels as (
    select * from {{ ref('channels') }}
),

rules as (
    select * from {{ ref('footfall', 'int_channel_rules__ordered') }}
    where is_in_force
),

conditions as (
    select * from {{ ref('footfall', 'int_channel_conditions__listed') }}
),

sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

-- What does each rule ask for, in words?
worded as (
    select
        rules.channel,
        rules.rule_number,
        coalesce(
            {{ joined_in_order(
                "conditions.field || ' ' || conditions.comparison || ' '"
                " || conditions.wanted",
                ' and ',
                'conditions.field',
            ) }},
            'nothing else matches'
        ) as rule_text
    from rules
    left join conditions
        on
            rules.preset = conditions.preset
            and rules.rule_number = conditions.rule_number
    group by rules.channel, rules.rule_number
),

channel_rules as (
    select
        channel,
        {{ joined_in_order(
            "rule_number || '. ' || rule_text", '; ', 'rule_number'
        ) }} as rule_text
    from worded
    group by channel
),

session_totals as (
    select
        channel,
        min(started_at) as first_seen_at,
        max(started_at) as last_seen_at,
        count(*) as session_count
    from sessions
    group by channel
),

final as (
    select
        channels.channel,
        channels.description,
        channel_rules.rule_text,
        session_totals.first_seen_at,
        session_totals.last_seen_at,
        channels.is_direct,
        channels.is_paid,
        coalesce(session_totals.session_count, 0) as session_count
    from channels
    inner join channel_rules
        on channels.channel = channel_rules.channel
    left join session_totals
        on channels.channel = session_totals.channel
)

select * from final
