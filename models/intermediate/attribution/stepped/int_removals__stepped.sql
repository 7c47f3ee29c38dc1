-- grain: one row per removed channel of a chain and state that is left: how likely does
-- a journey in this state convert? The materialization repeats what follows, each time
-- from what the last time made, until all is done: decision 0020.

with states as (
    select * from {{ ref('footfall', 'int_removals__started') }}
),

transitions as (
    select * from {{ ref('footfall', 'int_transitions__numbered') }}
),

-- A step of BiCGSTAB (van der Vorst 1992) for x = Qx + b, where b are the conversions
-- that follow a state at once, and the residual is what x still lacks: b + Qx - x.
open_states as (
    select
        removal_number,
        state_number,
        visit_weight,
        shadow,
        turn_number,
        conversion_chance,
        residual,
        direction,
        residual_product
    from states
    where not is_done
),

moved_directions as (
    select
        open_states.removal_number,
        transitions.from_number as state_number,
        sum(transitions.probability * open_states.direction) as moved_direction
    from open_states
    inner join transitions
        on open_states.state_number = transitions.to_number
    group by open_states.removal_number, transitions.from_number
),

directed as (
    select
        open_states.*,
        open_states.direction - coalesce(moved_directions.moved_direction, 0)
            as direction_image
    from open_states
    left join moved_directions
        on
            open_states.removal_number = moved_directions.removal_number
            and open_states.state_number = moved_directions.state_number
),

-- How far along the direction?
measured as (
    select
        *,
        residual_product / nullif(
            sum(shadow * direction_image) over (partition by removal_number), 0
        ) as direction_length
    from directed
),

halved as (
    select
        *,
        residual - direction_length * direction_image as half_residual
    from measured
),

moved_residuals as (
    select
        halved.removal_number,
        transitions.from_number as state_number,
        sum(transitions.probability * halved.half_residual) as moved_residual
    from halved
    inner join transitions
        on halved.state_number = transitions.to_number
    group by halved.removal_number, transitions.from_number
),

corrected as (
    select
        halved.*,
        halved.half_residual - coalesce(moved_residuals.moved_residual, 0)
            as residual_image
    from halved
    left join moved_residuals
        on
            halved.removal_number = moved_residuals.removal_number
            and halved.state_number = moved_residuals.state_number
),

-- And how far along what is left? Nowhere, where nothing is left.
corrected_lengths as (
    select
        *,
        coalesce(
            sum(residual_image * half_residual) over (partition by removal_number)
            / nullif(
                sum(residual_image * residual_image) over (partition by removal_number),
                0
            ),
            0
        ) as residual_length
    from corrected
),

-- Postgres stops at a product too small for a float: what is nearly nothing is nothing.
moved as (
    select
        *,
        conversion_chance
        + direction_length * direction
        + residual_length * half_residual as next_chance,
        case
            when abs(half_residual - residual_length * residual_image) > 1e-60
                then half_residual - residual_length * residual_image
            else 0 * half_residual
        end as next_residual
    from corrected_lengths
),

weighed as (
    select
        *,
        sum(shadow * next_residual) over (partition by removal_number)
            as next_product,
        sum(visit_weight * abs(next_residual)) over (partition by removal_number)
            as lacking_share,
        sum(visit_weight * abs(next_chance)) over (partition by removal_number)
            as known_share
    from moved
),

turned as (
    select
        *,
        next_residual
        + next_product / nullif(residual_product, 0)
        * direction_length / nullif(residual_length, 0)
        * (direction - residual_length * direction_image) as next_direction
    from weighed
),

-- Done is what lacks no more than a float rounds off. Two hundred turns are five times
-- what journeys of a shop take. A division by zero is null: no turn comes after it, and
-- the chance of before stays.
stepped as (
    select
        removal_number,
        state_number,
        visit_weight,
        shadow,
        turn_number + 1 as turn_number,
        coalesce(next_chance, conversion_chance) as conversion_chance,
        next_residual as residual,
        case when abs(next_direction) > 1e-60 then next_direction else 0 * residual end
            as direction,
        next_product as residual_product,
        coalesce(lacking_share < 1e-15 * known_share, true) or turn_number >= 199
            as is_done
    from turned

    union all

    select
        removal_number,
        state_number,
        visit_weight,
        shadow,
        turn_number,
        conversion_chance,
        residual,
        direction,
        residual_product,
        is_done
    from states
    where is_done
)

select * from stepped
