-- grain: one row per conversion name, order of memory, state and the state after it.

with transitions as (
    select * from {{ ref('footfall', 'int_transitions__counted') }}
),

final as (
    select
        conversion_name,
        cast(markov_order as bigint) as markov_order,
        from_state,
        to_state,
        transition_count,
        from_count,
        {{ rate('transition_count', 'from_count') }} as transition_rate
    from transitions
)

select * from final
