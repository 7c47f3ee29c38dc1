-- grain: one row per conversion name, order of memory and state that a journey leaves,
-- of the chains that are solved.

with transitions as (
    select * from {{ ref('footfall', 'int_transitions__counted') }}
),

chains as (
    select * from {{ ref('footfall', 'int_chains__counted') }}
    where not_computed_reason is null
),

states as (
    select
        conversion_name,
        markov_order,
        from_state as state,
        channel_1,
        channel_2,
        channel_3,
        max(from_count) as visit_count,
        sum(case when to_state = '(conversion)' then transition_count else 0 end)
            as conversion_count
    from transitions
    group by
        conversion_name,
        markov_order,
        from_state,
        channel_1,
        channel_2,
        channel_3
),

numbered as (
    select
        states.conversion_name,
        states.markov_order,
        states.state,
        states.channel_1,
        states.channel_2,
        states.channel_3,
        row_number() over (
            order by
                {{ byte_order('states.conversion_name') }},
                states.markov_order,
                {{ byte_order('states.state') }}
        ) as state_number,
        {{ cast('states.conversion_count', 'double precision') }}
        / states.visit_count as direct_chance,
        {{ cast('states.visit_count', 'double precision') }}
        / chains.conversion_count as visit_weight
    from states
    inner join chains
        on
            states.conversion_name = chains.conversion_name
            and states.markov_order = chains.markov_order
)

select * from numbered
