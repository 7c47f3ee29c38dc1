-- grain: one row per state and state after it, by their numbers. What ends the journey
-- has no row.

with transitions as (
    select * from {{ ref('footfall', 'int_transitions__counted') }}
),

states as (
    select * from {{ ref('footfall', 'int_states__numbered') }}
),

numbered as (
    select
        from_states.state_number as from_number,
        to_states.state_number as to_number,
        {{ cast('transitions.transition_count', 'double precision') }}
        / transitions.from_count as probability
    from transitions
    inner join states as from_states
        on
            transitions.conversion_name = from_states.conversion_name
            and transitions.markov_order = from_states.markov_order
            and transitions.from_state = from_states.state
    inner join states as to_states
        on
            transitions.conversion_name = to_states.conversion_name
            and transitions.markov_order = to_states.markov_order
            and transitions.to_state = to_states.state
)

select * from numbered
