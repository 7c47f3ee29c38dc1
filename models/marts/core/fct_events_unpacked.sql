-- grain: one row per accepted event: fct_events, with a column for each name that any
-- source passes through.

with events as (
    select * from {{ ref('footfall', 'fct_events') }}
),

unpacked as (
    select
        events.*
        {%- for column, expression in property_columns('properties').items() %},
        {{ expression }} as {{ column }}
        {%- endfor %}
    from events
)

select * from unpacked
