-- grain: one row per person, audience and stay in it, from the first day at whose end
-- all of its conditions hold to the first at whose end one of them does not.

with person_days as (
    select * from {{ ref('footfall', 'int_person_days__featured') }}
),

conditions as (
    select * from {{ ref('footfall', 'int_audience_conditions__bounded') }}
),

bounds as (
    select * from {{ ref('footfall', 'int_scores__bounded') }}
),

recency_bounds as (
    select * from bounds
    where score_name = 'recency'
),

frequency_bounds as (
    select * from bounds
    where score_name = 'frequency'
),

monetary_bounds as (
    select * from bounds
    where score_name = 'monetary'
),

-- One row per audience, with all that it asks beside each other.
audiences as (
    select
        audience,
        {%- for feature in audience_features() %}
            max(
                case
                    when feature = {{ sql_literal(feature) }} then least_value
                end
            ) as least_{{ feature }},
            max(
                case
                    when feature = {{ sql_literal(feature) }} then most_value
                end
            ) as most_{{ feature }},
        {%- endfor %}
        count(*) as condition_count
    from conditions
    group by audience
),

scored as (
    select
        person_days.*,
        {{ quintile('-person_days.days_since_last_session', 'recency_bounds') }}
            as recency_score,
        {{ quintile('person_days.sessions', 'frequency_bounds') }} as frequency_score,
        {{ quintile('person_days.net_revenue', 'monetary_bounds') }} as monetary_score
    from person_days
    cross join recency_bounds
    cross join frequency_bounds
    cross join monetary_bounds
),

members as (
    select
        scored.*,
        audiences.audience
    from scored
    inner join audiences
        on
            {{ meets_conditions('scored', 'audiences') }}
),

-- Was the person in it until this day, and is it still on the next that may differ?
neighboured as (
    select
        *,
        lag(next_feature_date) over person_timeline as previous_next_date,
        lead(feature_date) over person_timeline as next_member_date
    from members
    window person_timeline as (
        partition by audience, person_id
        order by feature_date
    )
),

numbered as (
    select
        *,
        coalesce(previous_next_date <> feature_date, true) as is_first,
        next_feature_date is null
        or coalesce(next_member_date <> next_feature_date, true) as is_last,
        count(
            case
                when coalesce(previous_next_date <> feature_date, true) then 1
            end
        ) over (
            partition by audience, person_id
            order by feature_date
            rows between unbounded preceding and current row
        ) as stay_number
    from neighboured
),

-- What each condition asked of the first day, and what it was.
told as (
    select
        numbered.audience,
        numbered.person_id,
        numbered.stay_number,
        conditions.condition_number,
        conditions.feature,
        conditions.condition_text,
        case conditions.feature
            {%- for feature in audience_features() %}
                when {{ sql_literal(feature) }}
                    then {{ plain_number('numbered.' ~ feature) }}
            {%- endfor %}
        end as feature_text
    from numbered
    inner join conditions
        on numbered.audience = conditions.audience
    where numbered.is_first
),

worded as (
    select
        audience,
        person_id,
        stay_number,
        condition_number,
        replace(feature, '_', ' ') || ' ' || feature_text || ' (' || condition_text
        || ')' as reason_part
    from told
),

reasons as (
    select
        audience,
        person_id,
        stay_number,
        {{ joined_in_order('reason_part', '; ', 'condition_number') }} as reason
    from worded
    group by audience, person_id, stay_number
),

stays as (
    select
        audience,
        person_id,
        stay_number,
        min(feature_date) as entered_date,
        max(case when is_last then next_feature_date end) as left_date,
        max(feature_date) as valued_date,
        max(case when is_last then net_revenue end) as net_revenue
    from numbered
    group by audience, person_id, stay_number
),

followed as (
    select
        stays.audience,
        stays.person_id,
        cast(stays.stay_number as bigint) as stay_number,
        stays.entered_date,
        stays.left_date,
        stays.valued_date,
        reasons.reason,
        cast(stays.net_revenue as numeric(28, 6)) as net_revenue
    from stays
    inner join reasons
        on
            stays.audience = reasons.audience
            and stays.person_id = reasons.person_id
            and stays.stay_number = reasons.stay_number
)

select * from followed
