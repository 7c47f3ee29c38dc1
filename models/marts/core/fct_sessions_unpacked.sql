-- grain: one row per session: fct_sessions, with a column for each name that any source
-- passes through, as its first event has it.

with sessions as (
    select * from {{ ref('footfall', 'fct_sessions') }}
),

unpacked as (
    select
        sessions.*
        {%- for column, expression in property_columns('properties').items() %},
        {{ expression }} as {{ column }}
        {%- endfor %}
    from sessions
)

select * from unpacked
