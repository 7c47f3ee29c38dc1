-- grain: one row per conversion name, order of memory, state and the state after it.
-- A state is the last touches of a journey, as many as the order, fewer at its start.

with touches as (
    select * from {{ ref('footfall', 'int_journeys__pathed') }}
    where
        touch_number is not null
        and (is_converted or {{ var('attribution_counts_non_converting') }})
),

attribution_models as (
    select * from {{ ref('attribution_models') }}
),

orders as (
    select distinct markov_order
    from attribution_models
    where
        is_enabled
        and markov_order is not null
),

remembered as (
    select
        conversion_name,
        is_converted,
        channel as channel_1,
        lag(channel, 1) over journey as channel_2,
        lag(channel, 2) over journey as channel_3,
        lead(channel, 1) over journey as next_channel
    from touches
    window journey as (
        partition by journey_id
        order by touch_number
    )
),

-- Counted with the longest memory first, since shorter ones only add these up.
counted as (
    select
        conversion_name,
        channel_1,
        channel_2,
        channel_3,
        next_channel,
        case when next_channel is null then is_converted end as is_converted,
        count(*) as transition_count
    from remembered
    group by
        conversion_name,
        channel_1,
        channel_2,
        channel_3,
        next_channel,
        case when next_channel is null then is_converted end
),

shortened as (
    select
        counted.conversion_name,
        orders.markov_order,
        counted.channel_1,
        counted.next_channel,
        counted.is_converted,
        counted.transition_count,
        case when orders.markov_order >= 2 then counted.channel_2 end as channel_2,
        case when orders.markov_order >= 3 then counted.channel_3 end as channel_3,
        counted.channel_2 is null as is_first
    from counted
    cross join orders
),

-- From here on a state is a text too, to be read and compared, never taken apart.
named as (
    select
        conversion_name,
        markov_order,
        channel_1,
        channel_2,
        channel_3,
        is_first,
        transition_count,
        coalesce(channel_3 || ' > ', '')
        || coalesce(channel_2 || ' > ', '')
        || channel_1 as from_state,
        case
            when next_channel is not null
                then
                    case
                        when markov_order >= 3 then coalesce(channel_2 || ' > ', '')
                        else ''
                    end
                    || case when markov_order >= 2 then channel_1 || ' > ' else '' end
                    || next_channel
            when is_converted then '(conversion)'
            else '(null)'
        end as to_state
    from shortened
),

all_transitions as (
    select
        conversion_name,
        markov_order,
        channel_1,
        channel_2,
        channel_3,
        from_state,
        to_state,
        transition_count
    from named

    union all

    select
        conversion_name,
        markov_order,
        cast(null as {{ dbt.type_string() }}) as channel_1,
        cast(null as {{ dbt.type_string() }}) as channel_2,
        cast(null as {{ dbt.type_string() }}) as channel_3,
        '(start)' as from_state,
        from_state as to_state,
        transition_count
    from named
    where is_first
),

summed as (
    select
        conversion_name,
        markov_order,
        channel_1,
        channel_2,
        channel_3,
        from_state,
        to_state,
        cast(sum(transition_count) as bigint) as transition_count
    from all_transitions
    group by
        conversion_name,
        markov_order,
        channel_1,
        channel_2,
        channel_3,
        from_state,
        to_state
),

totalled as (
    select
        *,
        cast(
            sum(transition_count) over (
                partition by conversion_name, markov_order, from_state
            ) as bigint
        ) as from_count
    from summed
)

select * from totalled
