-- grain: one row per conversion name, order of memory and channel: which part of the
-- conversions would be lost without the channel? Decision 0020.

with started as (
    select * from {{ ref('footfall', 'int_removals__started') }}
),

states as (
    select * from {{ ref('footfall', 'int_removals__stepped') }}
),

transitions as (
    select * from {{ ref('footfall', 'int_transitions__numbered') }}
),

moved_chances as (
    select
        states.removal_number,
        transitions.from_number as state_number,
        sum(transitions.probability * states.conversion_chance) as moved_chance
    from states
    inner join transitions
        on states.state_number = transitions.to_number
    group by states.removal_number, transitions.from_number
),

-- What a state lacks, times its visits, is at most what the start lacks for it.
checked as (
    select
        started.conversion_name,
        started.markov_order,
        started.channel,
        max(
            case
                when started.is_start
                    then started.visit_weight * states.conversion_chance
            end
        ) as kept_share,
        sum(
            started.visit_weight * abs(
                started.direct_chance
                + coalesce(moved_chances.moved_chance, 0)
                - states.conversion_chance
            )
        ) as lacking_share
    from started
    inner join states
        on
            started.removal_number = states.removal_number
            and started.state_number = states.state_number
    left join moved_chances
        on
            started.removal_number = moved_chances.removal_number
            and started.state_number = moved_chances.state_number
    group by started.conversion_name, started.markov_order, started.channel
),

solved as (
    select
        conversion_name,
        markov_order,
        channel,
        case when lacking_share < 5e-10 then 1 - kept_share end as removal_effect,
        case when not lacking_share < 5e-10 then 'not_settled' end
            as not_computed_reason
    from checked
)

select * from solved
