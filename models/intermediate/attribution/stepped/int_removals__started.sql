-- grain: one row per removed channel of a chain and state that is left: before the
-- first step nothing is known of its conversions but those that follow it at once.

with states as (
    select * from {{ ref('footfall', 'int_states__numbered') }}
),

channels as (
    select distinct
        conversion_name,
        markov_order,
        channel_1 as channel
    from states
    where channel_1 is not null
),

removals as (
    select
        *,
        row_number() over (
            order by
                {{ byte_order('conversion_name') }},
                markov_order,
                {{ byte_order('channel') }}
        ) as removal_number
    from channels
),

left_states as (
    select
        removals.conversion_name,
        removals.markov_order,
        removals.channel,
        removals.removal_number,
        states.state_number,
        states.visit_weight,
        states.direct_chance,
        states.channel_1 is null as is_start
    from removals
    inner join states
        on
            removals.conversion_name = states.conversion_name
            and removals.markov_order = states.markov_order
            and coalesce(states.channel_1, '') <> removals.channel
            and coalesce(states.channel_2, '') <> removals.channel
            and coalesce(states.channel_3, '') <> removals.channel
),

-- Steps are measured against a fixed vector that fits no chain: against one that does,
-- such as the conversions themselves, small chains end in a division by zero.
spread as (
    select
        *,
        state_number * {{ cast('0.6180339887498949', 'double precision') }}
            as golden_multiple
    from left_states
),

shadowed as (
    select
        *,
        0.5 + golden_multiple - floor(golden_multiple) as shadow
    from spread
),

started as (
    select
        conversion_name,
        markov_order,
        channel,
        removal_number,
        state_number,
        is_start,
        visit_weight,
        direct_chance,
        shadow,
        {{ cast('0', 'double precision') }} as conversion_chance,
        direct_chance as residual,
        direct_chance as direction,
        0 as turn_number,
        sum(shadow * direct_chance) over (partition by removal_number)
            as residual_product,
        sum(direct_chance) over (partition by removal_number) = 0 as is_done
    from shadowed
)

select * from started
