-- grain: one row per conversion name and order of memory: how large is the chain of its
-- journeys, and is there a reason not to solve it?

with transitions as (
    select * from {{ ref('footfall', 'int_transitions__counted') }}
),

counted as (
    select
        conversion_name,
        markov_order,
        cast(
            sum(case when to_state = '(conversion)' then transition_count else 0 end)
            as bigint
        ) as conversion_count,
        count(distinct from_state) as state_count,
        sum(case when from_state = '(start)' then transition_count else 0 end)
        - sum(
            case
                when to_state in ('(conversion)', '(null)') then transition_count
                else 0
            end
        ) as unended_count
    from transitions
    group by conversion_name, markov_order
),

-- All states of order 3 over twenty channels are 8,420. A matrix of ten thousand takes
-- 800 megabytes, and at worst four are held at once.
judged as (
    select
        conversion_name,
        markov_order,
        conversion_count,
        state_count,
        case
            when conversion_count = 0 then 'no_conversion'
            when unended_count > 0 then 'no_end'
            when state_count > 10000 then 'too_many_states'
        end as not_computed_reason
    from counted
)

select * from judged
