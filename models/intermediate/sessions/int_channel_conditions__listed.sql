-- grain: one row per preset, rule and condition of it: what its filled columns ask.

with rules as (
    select * from {{ ref('footfall', 'int_channel_rules__ordered') }}
),

asked as (
    {%- for field in rule_text_fields() %}
        select
            preset,
            rule_number,
            {{ sql_literal(field) }} as field,
            'matches' as comparison,
            {{ lower_case(field ~ '_pattern') }} as wanted
        from rules

        union all
    {% endfor -%}
    {%- for field in rule_value_fields() %}
        select
            preset,
            rule_number,
            {{ sql_literal(field) }} as field,
            'is' as comparison,
            lower(cast({{ field }} as {{ dbt.type_string() }})) as wanted
        from rules
        {{- '\n\n        union all' if not loop.last }}
    {% endfor -%}
),

listed as (
    select *
    from asked
    where wanted is not null
)

select * from listed
