-- grain: one row per session, with what its visitor had done before the instant at
-- which it started, by what had been told until then.

with sessions as (
    select * from {{ ref('footfall', 'int_sessions__described') }}
    where {{ in_scope('visitor') }}
),

shopping_events as (
    select * from {{ ref('footfall', 'int_shopping_events__listed') }}
    where {{ in_scope('visitor') }}
),

claims as (
    select * from {{ ref('footfall', 'int_orders__claimed') }}
    where {{ in_scope('visitor') }}
),

goals as (
    select * from {{ ref('footfall', 'int_goals__defined') }}
    where is_main_goal
),

-- Which claim of an order counts is told by later ones: known is the first.
conversions as (
    select
        claims.source_name,
        claims.visitor_id,
        min(claims.occurred_at) as occurred_at
    from claims
    inner join goals
        on claims.conversion_name = goals.goal_name
    group by
        claims.source_name,
        claims.visitor_id,
        claims.order_id,
        case when claims.order_id is null then claims.event_id end
),

acts as (
    select
        source_name,
        visitor_id,
        started_at as occurred_at,
        'session' as act,
        1 as amount
    from sessions

    union all

    select
        source_name,
        visitor_id,
        started_at + interval '{{ var("audience_recent_days") }}' day as occurred_at,
        'recent_session_over' as act,
        1 as amount
    from sessions

    union all

    select
        source_name,
        visitor_id,
        occurred_at,
        event_name as act,
        1 as amount
    from shopping_events

    union all

    select
        source_name,
        visitor_id,
        occurred_at,
        'conversion' as act,
        1 as amount
    from conversions
),

-- Nothing that happens at one instant is before anything else of it.
instants as (
    select
        source_name,
        visitor_id,
        occurred_at,
        max(case when act = 'session' then occurred_at end) as session_at,
        max(case when act = 'conversion' then occurred_at end) as conversion_at,
        max(case when act = 'add_to_cart' then occurred_at end) as cart_at,
        count(case when act = 'session' then 1 end) as sessions,
        count(case when act = 'recent_session_over' then 1 end) as sessions_over,
        count(case when act = 'view_item' then 1 end) as product_views,
        count(case when act = 'add_to_cart' then 1 end) as carts,
        count(case when act = 'begin_checkout' then 1 end) as checkouts,
        count(case when act = 'conversion' then 1 end) as conversions
    from acts
    group by source_name, visitor_id, occurred_at
),

earlier as (
    select
        source_name,
        visitor_id,
        occurred_at,
        sessions as session_count,
        max(session_at) over visitor_so_far as previous_started_at,
        max(conversion_at) over visitor_so_far as last_converted_at,
        max(cart_at) over visitor_so_far as last_carted_at,
        sum(sessions) over visitor_so_far as previous_sessions,
        sum(sessions_over) over visitor_so_far as sessions_over,
        sum(product_views) over visitor_so_far as previous_product_views,
        sum(carts) over visitor_so_far as previous_carts,
        sum(checkouts) over visitor_so_far as previous_checkouts,
        sum(conversions) over visitor_so_far as previous_conversions
    from instants
    window visitor_so_far as (
        partition by source_name, visitor_id
        order by occurred_at
        rows between unbounded preceding and 1 preceding
    )
),

known as (
    select
        sessions.session_id,
        sessions.source_name,
        sessions.visitor_id,
        sessions.started_at,
        sessions.started_date,
        sessions.platform,
        sessions.device_category,
        sessions.os_name,
        sessions.browser_name,
        sessions.country_code,
        cast(coalesce(earlier.previous_sessions, 0) as bigint) as previous_sessions,
        cast(
            coalesce(earlier.previous_sessions, 0) - coalesce(earlier.sessions_over, 0)
            as bigint
        ) as recent_sessions,
        cast(coalesce(earlier.previous_product_views, 0) as bigint)
            as previous_product_views,
        cast(coalesce(earlier.previous_carts, 0) as bigint) as previous_carts,
        cast(coalesce(earlier.previous_checkouts, 0) as bigint) as previous_checkouts,
        cast(coalesce(earlier.previous_conversions, 0) as bigint)
            as previous_conversions,
        coalesce(
            earlier.last_carted_at > earlier.last_converted_at,
            earlier.last_carted_at is not null
        ) as has_open_cart,
        {{ seconds_between('earlier.previous_started_at', 'sessions.started_at') }}
            as seconds_since_previous_session,
        {{ seconds_between('earlier.last_converted_at', 'sessions.started_at') }}
            as seconds_since_last_conversion
    from sessions
    inner join earlier
        on
            sessions.source_name = earlier.source_name
            and sessions.visitor_id = earlier.visitor_id
            and sessions.started_at = earlier.occurred_at
    where earlier.session_count > 0
)

select * from known
