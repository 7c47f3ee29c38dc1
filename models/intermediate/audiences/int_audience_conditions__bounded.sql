-- grain: one row per audience and feature that it asks about, with the least and the
-- most that the feature may be, and both in words.

with audiences as (
    select * from {{ ref('audiences') }}
),

bounded as (
    select
        audience,
        feature,
        cast(
            max(case when operator in ('at_least', 'equals') then value end)
            as numeric(28, 6)
        ) as least_value,
        cast(
            min(case when operator in ('at_most', 'equals') then value end)
            as numeric(28, 6)
        ) as most_value
    from audiences
    group by audience, feature
),

worded as (
    select
        audience,
        feature,
        least_value,
        most_value,
        cast(
            row_number() over (
                partition by audience
                order by {{ byte_order('feature') }}
            ) as bigint
        ) as condition_number,
        case
            when least_value = most_value then {{ plain_number('least_value') }}
            when most_value is null
                then 'at least ' || {{ plain_number('least_value') }}
            when least_value is null
                then 'at most ' || {{ plain_number('most_value') }}
            else
                {{ plain_number('least_value') }} || ' to '
                || {{ plain_number('most_value') }}
        end as condition_text
    from bounded
)

select * from worded
