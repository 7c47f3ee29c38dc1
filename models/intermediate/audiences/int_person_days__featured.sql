-- grain: one row per person and day on which anything may become another that an
-- audience asks about, and the last day with data: what is true at the end of it.

{% set counted = [
    'sessions', 'recent_sessions', 'recent_product_views', 'recent_carts',
    'open_carts', 'open_checkouts', 'conversions',
] %}
{% set dated = ['sessions', 'returns', 'open_carts', 'open_checkouts', 'conversions'] %}

with person_days as (
    select * from {{ ref('footfall', 'int_person_days__counted') }}
),

revenues as (
    select * from {{ ref('footfall', 'int_revenues__dated') }}
),

carts as (
    select
        person_id,
        event_name,
        {{ day_number('occurred_date') }} as day_number,
        {{ day_number('closed_date') }} as end_number
    from {{ ref('footfall', 'int_carts__closed') }}
),

conditions as (
    select * from {{ ref('footfall', 'int_audience_conditions__bounded') }}
),

recency_bounds as (
    select * from {{ ref('footfall', 'int_scores__bounded') }}
    where score_name = 'recency'
),

asked_scores as (
    select distinct feature
    from conditions
    where feature = 'recency_score'
),

last_days as (
    select max(day_number) as last_number
    from person_days
),

persons as (
    select distinct person_id
    from person_days
),

-- Was the person away before this day with a session?
session_days as (
    select
        person_id,
        day_number,
        day_number - lag(day_number) over (
            partition by person_id
            order by day_number
        ) as absence_days
    from person_days
    where sessions > 0
),

-- From which day on does what count, and until which?
spans as (
    select
        'sessions' as measure,
        person_id,
        day_number,
        day_number + {{ var('audience_window_days') }} as end_number,
        sessions as amount
    from person_days
    where sessions > 0

    union all

    select
        'recent_sessions' as measure,
        person_id,
        day_number,
        day_number + {{ var('audience_recent_days') }} as end_number,
        sessions as amount
    from person_days
    where sessions > 0

    union all

    select
        'recent_product_views' as measure,
        person_id,
        day_number,
        day_number + {{ var('audience_recent_days') }} as end_number,
        product_views as amount
    from person_days
    where product_views > 0

    union all

    select
        'recent_carts' as measure,
        person_id,
        day_number,
        day_number + {{ var('audience_recent_days') }} as end_number,
        carts as amount
    from person_days
    where carts > 0

    union all

    select
        'conversions' as measure,
        person_id,
        day_number,
        day_number + {{ var('audience_window_days') }} as end_number,
        conversions as amount
    from person_days
    where conversions > 0

    union all

    select
        'returns' as measure,
        person_id,
        day_number,
        cast(null as bigint) as end_number,
        1 as amount
    from session_days
    where absence_days >= {{ var('audience_absence_days') }}

    union all

    -- A cart that was bought on its day was never left.
    select
        case event_name when 'add_to_cart' then 'open_carts' else 'open_checkouts' end
            as measure,
        person_id,
        day_number,
        end_number,
        count(*) as amount
    from carts
    where end_number is null or end_number > day_number
    group by event_name, person_id, day_number, end_number
),

-- So many days after it began to count, a condition begins or ceases to hold.
thresholds as (
    {% for feature, of in audience_features().items() if of.since %}
        select
            {{ sql_literal(of.since) }} as measure,
            cast(ceil(least_value) as bigint) as threshold_days
        from conditions
        where feature = {{ sql_literal(feature) }} and least_value is not null

        union

        select
            {{ sql_literal(of.since) }} as measure,
            cast(floor(most_value) as bigint) + 1 as threshold_days
        from conditions
        where feature = {{ sql_literal(feature) }} and most_value is not null

        union
    {% endfor %}
    {% for score in [1, 2, 3, 4, 5] %}
        select
            'sessions' as measure,
            1 - cast(bound_{{ score }} as bigint) as threshold_days
        from recency_bounds
        cross join asked_scores
        where bound_{{ score }} is not null
        {{ 'union' if not loop.last }}
    {% endfor %}
),

counted_days as (
    select
        measure,
        person_id,
        day_number,
        lead(day_number) over (
            partition by measure, person_id
            order by day_number
        ) as next_number
    from spans
    where measure in (select thresholds.measure from thresholds)
),

passings as (
    select
        counted_days.person_id,
        counted_days.day_number + thresholds.threshold_days as day_number
    from counted_days
    inner join thresholds
        on counted_days.measure = thresholds.measure
    where
        counted_days.next_number is null
        or counted_days.day_number + thresholds.threshold_days
        < counted_days.next_number
),

-- What begins, what ends, what passes a threshold, and who is here on the last day.
changes as (
    select
        person_id,
        measure,
        day_number,
        day_number as begun_number,
        amount,
        cast(0 as numeric(28, 6)) as revenue
    from spans

    union all

    select
        person_id,
        measure,
        end_number as day_number,
        cast(null as bigint) as begun_number,
        -amount as amount,
        cast(0 as numeric(28, 6)) as revenue
    from spans
    where end_number is not null

    union all

    select
        person_id,
        'revenue' as measure,
        day_number,
        cast(null as bigint) as begun_number,
        0 as amount,
        revenue
    from revenues

    union all

    select
        person_id,
        'revenue' as measure,
        end_number as day_number,
        cast(null as bigint) as begun_number,
        0 as amount,
        cast(0 - revenue as numeric(28, 6)) as revenue
    from revenues

    union all

    select
        person_id,
        'passing' as measure,
        day_number,
        cast(null as bigint) as begun_number,
        0 as amount,
        cast(0 as numeric(28, 6)) as revenue
    from passings

    union all

    select
        persons.person_id,
        'last_day' as measure,
        last_days.last_number as day_number,
        cast(null as bigint) as begun_number,
        0 as amount,
        cast(0 as numeric(28, 6)) as revenue
    from persons
    cross join last_days
),

summed as (
    select
        changes.person_id,
        changes.day_number,
        {%- for measure in counted %}
            sum(
                case
                    when changes.measure = {{ sql_literal(measure) }}
                        then changes.amount
                    else 0
                end
            ) as {{ measure }},
        {%- endfor %}
        {%- for measure in dated %}
            max(
                case
                    when changes.measure = {{ sql_literal(measure) }}
                        then changes.begun_number
                end
            ) as {{ measure }}_number,
        {%- endfor %}
        sum(changes.revenue) as revenue
    from changes
    inner join last_days
        on changes.day_number <= last_days.last_number
    group by changes.person_id, changes.day_number
),

-- What is so at the end of each day is the sum of all that was until then.
running as (
    select
        person_id,
        day_number,
        {%- for measure in counted %}
            cast(sum({{ measure }}) over person_so_far as bigint) as {{ measure }},
        {%- endfor %}
        {%- for measure in dated %}
            max({{ measure }}_number) over person_so_far as {{ measure }}_number,
        {%- endfor %}
        lead(day_number) over person_timeline as next_number,
        cast(sum(revenue) over person_so_far as numeric(28, 6)) as net_revenue
    from summed
    window
        person_timeline as (
            partition by person_id
            order by day_number
        ),
        person_so_far as (
            partition by person_id
            order by day_number
            rows between unbounded preceding and current row
        )
),

featured as (
    select
        person_id,
        {{ numbered_day('day_number') }} as feature_date,
        {{ numbered_day('next_number') }} as next_feature_date,
        next_number is null as is_last_day,
        day_number - sessions_number as days_since_last_session,
        sessions,
        recent_sessions,
        day_number - returns_number as days_since_return,
        recent_product_views,
        recent_carts,
        case when open_carts > 0 then day_number - open_carts_number end
            as open_cart_days,
        case when open_checkouts > 0 then day_number - open_checkouts_number end
            as open_checkout_days,
        day_number - conversions_number as days_since_last_conversion,
        conversions,
        net_revenue
    from running
)

select * from featured
