-- grain: one row per pack of removals and state: how likely is it, in units of the
-- fifteenth decimal, that a journey in this state converts, under each removal?

with transitions as (
    select * from {{ ref('int_transitions__packed') }}
),

-- The materialization repeats what follows, each time from what the last time made,
-- until nothing changes: decision 0011. Whole units make every sum exact, in any order.
step_0 as (
    select * from {{ ref('int_markov_states__started') }}
),

{% for step in range(1, 9) %}
    step_{{ step }} as (
        select
            transitions.pack_number,
            {%- for slot in range(24) %}
                {{ dbt.cast(
                    'case when ' ~ slot ~ ' in (slot_1, slot_2, slot_3) then 0 else'
                    ~ ' sum(floor(transitions.probability * states.units_' ~ slot
                    ~ ' + 0.5)) end', 'double precision'
                ) }} as units_{{ slot }},
            {%- endfor %}
            transitions.from_number as state_number
        from transitions
        inner join step_{{ step - 1 }} as states
            on
                transitions.pack_number = states.pack_number
                and transitions.to_number = states.state_number
        group by
            transitions.pack_number,
            transitions.from_number,
            transitions.slot_1,
            transitions.slot_2,
            transitions.slot_3
    ),

{% endfor %}
solved as (
    select * from step_8
)

select * from solved
