-- grain: one row per pack of removals, state and state after it, with the slots of the
-- removals that the state does not survive. What ends without a conversion has no row.

with transitions as (
    select * from {{ ref('int_transitions__counted') }}
),

states as (
    select * from {{ ref('int_markov_states__numbered') }}
),

channels as (
    select * from {{ ref('int_markov_channels__numbered') }}
),

packs as (
    select distinct cast(floor(removal_number / 24) as bigint) as pack_number
    from channels

    union

    select cast(0 as bigint) as pack_number
),

steps as (
    select
        from_states.state_number as from_number,
        coalesce(to_states.state_number, 0) as to_number,
        from_states.removal_1,
        from_states.removal_2,
        from_states.removal_3,
        {{ dbt.cast('transitions.transition_count', 'double precision') }}
        / transitions.from_count as probability
    from transitions
    inner join states as from_states
        on
            transitions.conversion_name = from_states.conversion_name
            and transitions.markov_order = from_states.markov_order
            and transitions.from_state = from_states.state
    left join states as to_states
        on
            transitions.conversion_name = to_states.conversion_name
            and transitions.markov_order = to_states.markov_order
            and transitions.to_state = to_states.state
    where transitions.to_state <> '(null)'
),

-- Who has converted stays so.
kept as (
    select * from steps

    union all

    select
        0 as from_number,
        0 as to_number,
        cast(null as bigint) as removal_1,
        cast(null as bigint) as removal_2,
        cast(null as bigint) as removal_3,
        {{ dbt.cast('1', 'double precision') }} as probability
),

packed as (
    select
        packs.pack_number,
        kept.from_number,
        kept.to_number,
        kept.probability,
        kept.removal_1 - 24 * packs.pack_number as slot_1,
        kept.removal_2 - 24 * packs.pack_number as slot_2,
        kept.removal_3 - 24 * packs.pack_number as slot_3
    from kept
    cross join packs
)

select * from packed
