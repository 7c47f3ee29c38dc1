-- grain: one row per conversion name, order of memory and state that a journey leaves.

with transitions as (
    select * from {{ ref('int_transitions__counted') }}
),

channels as (
    select * from {{ ref('int_markov_channels__numbered') }}
),

states as (
    select distinct
        conversion_name,
        markov_order,
        from_state as state,
        channel_1,
        channel_2,
        channel_3
    from transitions
),

-- Number 0 is the conversion, which nothing leaves.
numbered as (
    select
        states.conversion_name,
        states.markov_order,
        states.state,
        cast(
            row_number() over (
                order by
                    {{ byte_order('states.conversion_name') }},
                    states.markov_order,
                    {{ byte_order('states.state') }}
            ) as bigint
        ) as state_number,
        first_channels.removal_number as removal_1,
        second_channels.removal_number as removal_2,
        third_channels.removal_number as removal_3
    from states
    left join channels as first_channels
        on states.channel_1 = first_channels.channel
    left join channels as second_channels
        on states.channel_2 = second_channels.channel
    left join channels as third_channels
        on states.channel_3 = third_channels.channel
)

select * from numbered
