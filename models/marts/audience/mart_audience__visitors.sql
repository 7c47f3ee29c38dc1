-- grain: one row per person with a session, a conversion or a cart, as of the last day
-- with data.

with person_days as (
    select * from {{ ref('footfall', 'int_person_days__featured') }}
    where is_last_day
),

bounds as (
    select * from {{ ref('footfall', 'int_scores__bounded') }}
),

memberships as (
    select * from {{ ref('footfall', 'mart_audience__memberships') }}
    where is_in
),

consents as (
    select * from {{ ref('footfall', 'int_persons__consented') }}
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

members as (
    select
        person_id,
        max(case when audience = 'high_value' then reason end) as high_value_reason,
        max(case when audience = 'frequent' then reason end) as frequent_reason,
        max(case when audience = 'cart_abandoner' then reason end)
            as cart_abandoner_reason,
        max(case when audience = 'lapsing' then reason end) as lapsing_reason,
        count(*) as audience_count
    from memberships
    group by person_id
),

final as (
    select
        person_days.person_id,
        person_days.feature_date as as_of_date,
        coalesce(consents.marketing_consent, 'unknown') as marketing_consent,
        members.high_value_reason,
        members.frequent_reason,
        members.cart_abandoner_reason,
        members.lapsing_reason,
        members.high_value_reason is not null as is_high_value,
        members.frequent_reason is not null as is_frequent,
        members.cart_abandoner_reason is not null as is_cart_abandoner,
        members.lapsing_reason is not null as is_lapsing,
        coalesce(members.audience_count, 0) as audience_count,
        {{ quintile('-person_days.days_since_last_session', 'recency_bounds') }}
            as recency_score,
        {{ quintile('person_days.sessions', 'frequency_bounds') }} as frequency_score,
        {{ quintile('person_days.net_revenue', 'monetary_bounds') }} as monetary_score,
        person_days.days_since_last_session,
        person_days.sessions,
        person_days.recent_sessions,
        person_days.days_since_return,
        person_days.recent_product_views,
        person_days.recent_carts,
        person_days.open_cart_days,
        person_days.open_checkout_days,
        person_days.days_since_last_conversion,
        person_days.conversions,
        person_days.net_revenue
    from person_days
    cross join recency_bounds
    cross join frequency_bounds
    cross join monetary_bounds
    left join members
        on person_days.person_id = members.person_id
    left join consents
        on person_days.person_id = consents.person_id
)

select * from final
