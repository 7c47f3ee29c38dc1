-- grain: one row per conversion name, order of memory and channel: what would be lost
-- without the channel, and its share of all conversions by that.

with transitions as (
    select * from {{ ref('int_transitions__counted') }}
),

channels as (
    select * from {{ ref('int_markov_channels__numbered') }}
),

states as (
    select * from {{ ref('int_markov_states__numbered') }}
    where state = '(start)'
),

solved as (
    select * from {{ ref('int_markov_states__solved') }}
),

visited as (
    select distinct
        conversion_name,
        markov_order,
        channel_1 as channel
    from transitions
    where channel_1 is not null
),

-- How likely is a conversion from the start, with all channels and without this one?
compared as (
    select
        visited.conversion_name,
        visited.markov_order,
        visited.channel,
        with_all.units_0 as units_with_all,
        case channels.removal_number - 24 * without_one.pack_number
            {%- for slot in range(24) %}
                when {{ slot }} then without_one.units_{{ slot }}
            {%- endfor %}
        end as units_without_one
    from visited
    inner join channels
        on visited.channel = channels.channel
    inner join states
        on
            visited.conversion_name = states.conversion_name
            and visited.markov_order = states.markov_order
    inner join solved as with_all
        on
            states.state_number = with_all.state_number
            and with_all.pack_number = 0
    inner join solved as without_one
        on
            states.state_number = without_one.state_number
            and without_one.pack_number
            = cast(floor(channels.removal_number / 24) as bigint)
),

affected as (
    select
        conversion_name,
        markov_order,
        channel,
        {{ ratio('units_with_all - units_without_one', 'units_with_all', 12) }}
            as removal_effect
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
removed as (
    select
        conversion_name,
        markov_order,
        channel,
        removal_effect,
        share_before,
        cast(
            case
                when channel_rank < channel_count then rounded_share
                else 1 - share_before
            end as numeric(18, 12)
        ) as conversion_share
    from preceded
)

select * from removed
