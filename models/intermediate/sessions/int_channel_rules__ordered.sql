-- grain: one row per preset and rule that it tries, in the order of trying: one's own
-- rules first, whatever the preset.

with channel_rules as (
    select * from {{ ref('channel_rules') }}
),

custom_rules as (
    select * from {{ ref('channel_rules_custom') }}
),

presets as (
    select distinct preset
    from channel_rules
),

rules as (
    select
        presets.preset,
        custom_rules.rule_id,
        custom_rules.channel,
        {%- for field in rule_text_fields() %}
            custom_rules.{{ field }}_pattern,
        {%- endfor %}
        {%- for field in rule_value_fields() %}
            custom_rules.{{ field }},
        {%- endfor %}
        custom_rules.reason,
        true as is_custom,
        custom_rules.priority
    from custom_rules
    cross join presets

    union all

    select
        preset,
        rule_id,
        channel,
        {%- for field in rule_text_fields() %}
            {{ field }}_pattern,
        {%- endfor %}
        {%- for field in rule_value_fields() %}
            {{ field }},
        {%- endfor %}
        reason,
        false as is_custom,
        priority
    from channel_rules
),

ordered as (
    select
        *,
        preset = {{ sql_literal(var('channel_preset')) }} as is_in_force,
        cast(
            row_number() over (
                partition by preset
                order by is_custom desc, priority asc
            ) as bigint
        ) as rule_number
    from rules
)

select * from ordered
