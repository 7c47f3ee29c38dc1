-- grain: one row per conversion name, order of memory and channel: what would be lost
-- without the channel, and its share of all conversions by that, or why nobody knows.

with transitions as (
    select * from {{ ref('footfall', 'int_transitions__counted') }}
),

chains as (
    select * from {{ ref('footfall', 'int_chains__counted') }}
),

removals as (
    select * from {{ ref('footfall', 'int_removals__solved') }}
),

visited as (
    select distinct
        conversion_name,
        markov_order,
        channel_1 as channel
    from transitions
    where channel_1 is not null
),

-- One removal without an answer leaves the whole chain without shares.
compared as (
    select
        visited.conversion_name,
        visited.markov_order,
        visited.channel,
        removals.removal_effect,
        max(coalesce(chains.not_computed_reason, removals.not_computed_reason)) over (
            partition by visited.conversion_name, visited.markov_order
        ) as not_computed_reason
    from visited
    inner join chains
        on
            visited.conversion_name = chains.conversion_name
            and visited.markov_order = chains.markov_order
    left join removals
        on
            visited.conversion_name = removals.conversion_name
            and visited.markov_order = removals.markov_order
            and visited.channel = removals.channel
),

-- To the tenth decimal, which every engine's floats agree on. A half is rounded up
-- where the float is a hair below it too.
affected as (
    select
        conversion_name,
        markov_order,
        channel,
        not_computed_reason,
        case
            when not_computed_reason is null
                then {{ from_units('removal_effect * 10000000000 + 0.001', 10) }}
        end as removal_effect
    from compared
),

summed as (
    select
        *,
        sum(removal_effect) over (
            partition by conversion_name, markov_order
        ) as effect_sum,
        row_number() over (
            partition by conversion_name, markov_order
            order by removal_effect, {{ byte_order('channel') }}
        ) as channel_rank,
        count(*) over (
            partition by conversion_name, markov_order
        ) as channel_count
    from affected
),

rounded as (
    select
        *,
        {{ ratio('removal_effect', 'effect_sum', 12) }} as rounded_share
    from summed
),

preceded as (
    select
        *,
        cast(
            coalesce(
                sum(rounded_share) over (
                    partition by conversion_name, markov_order
                    order by channel_rank
                    rows between unbounded preceding and 1 preceding
                ),
                0
            ) as numeric(18, 12)
        ) as share_before
    from rounded
),

-- What rounding leaves over goes to the channel with the largest effect.
computed as (
    select
        conversion_name,
        markov_order,
        channel,
        cast(removal_effect as numeric(18, 12)) as removal_effect,
        not_computed_reason,
        share_before,
        cast(
            case
                when not_computed_reason is not null then null
                when channel_rank < channel_count then rounded_share
                else 1 - share_before
            end as numeric(18, 12)
        ) as conversion_share
    from preceded
)

select * from computed
