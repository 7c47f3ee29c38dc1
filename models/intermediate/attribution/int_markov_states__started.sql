-- grain: one row per pack of removals: before the first step only the conversion itself
-- is sure of a conversion, whatever is removed.

with transitions as (
    select * from {{ ref('int_transitions__packed') }}
),

started as (
    select
        pack_number,
        {%- for slot in range(24) %}
            {{ dbt.cast('1000000000000000', 'double precision') }}
                as units_{{ slot }},
        {%- endfor %}
        from_number as state_number
    from transitions
    where from_number = 0
)

select * from started
