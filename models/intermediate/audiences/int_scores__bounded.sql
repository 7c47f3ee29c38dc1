-- grain: one row per kind of score, with the lowest value in each fifth of the persons,
-- as of the last day with data.

with person_days as (
    select * from {{ ref('footfall', 'int_person_days__counted') }}
),

revenues as (
    select * from {{ ref('footfall', 'int_revenues__dated') }}
),

last_days as (
    select max(day_number) as last_number
    from person_days
),

-- Who came longer ago has less of recency: days are counted below zero.
recencies as (
    select
        person_days.person_id,
        max(person_days.day_number) - last_days.last_number as score_value
    from person_days
    cross join last_days
    where person_days.sessions > 0
    group by person_days.person_id, last_days.last_number
),

frequencies as (
    select
        person_days.person_id,
        sum(person_days.sessions) as score_value
    from person_days
    cross join last_days
    where
        person_days.sessions > 0
        and person_days.day_number + {{ var('audience_window_days') }}
        > last_days.last_number
    group by person_days.person_id
),

amounts as (
    select
        revenues.person_id,
        sum(revenues.revenue) as score_value
    from revenues
    cross join last_days
    where
        revenues.day_number <= last_days.last_number
        and revenues.end_number > last_days.last_number
    group by revenues.person_id
    having sum(revenues.revenue) > 0
),

score_values as (
    select
        'recency' as score_name,
        cast(score_value as numeric(28, 6)) as score_value
    from recencies

    union all

    select
        'frequency' as score_name,
        cast(score_value as numeric(28, 6)) as score_value
    from frequencies

    union all

    select
        'monetary' as score_name,
        cast(score_value as numeric(28, 6)) as score_value
    from amounts
),

-- Alike values have one score, however many they are: it hangs on who has less.
ranked as (
    select
        score_name,
        score_value,
        rank() over (
            partition by score_name
            order by score_value
        ) - 1 as lower_count,
        count(*) over (partition by score_name) as person_count
    from score_values
),

score_names as (
    select 'recency' as score_name

    union all

    select 'frequency' as score_name

    union all

    select 'monetary' as score_name
),

-- A fifth that nobody is in begins where the next one does.
fifths as (
    select
        score_name,
        min(score_value) as bound_1,
        min(case when 5 * lower_count >= person_count then score_value end) as bound_2,
        min(case when 5 * lower_count >= 2 * person_count then score_value end)
            as bound_3,
        min(case when 5 * lower_count >= 3 * person_count then score_value end)
            as bound_4,
        min(case when 5 * lower_count >= 4 * person_count then score_value end)
            as bound_5
    from ranked
    group by score_name
),

bounded as (
    select
        score_names.score_name,
        cast(fifths.bound_1 as numeric(28, 6)) as bound_1,
        cast(fifths.bound_2 as numeric(28, 6)) as bound_2,
        cast(fifths.bound_3 as numeric(28, 6)) as bound_3,
        cast(fifths.bound_4 as numeric(28, 6)) as bound_4,
        cast(fifths.bound_5 as numeric(28, 6)) as bound_5
    from score_names
    left join fifths
        on score_names.score_name = fifths.score_name
)

select * from bounded
