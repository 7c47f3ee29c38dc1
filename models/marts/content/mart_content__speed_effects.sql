-- grain: one row per page that was viewed slow and fast on one day, on one kind of
-- device and at one place of the visit.

with page_views as (
    select
        *,
        coalesce(page_host, '(unknown)') as shown_host,
        coalesce(page_path, '(unknown)') as shown_path,
        page_load_ms >= {{ var('slow_page_ms') }} as is_slow
    from {{ ref('footfall', 'fct_page_views') }}
    where page_load_ms is not null
),

sessions as (
    select
        session_id,
        coalesce(device_category, '(unknown)') as device
    from {{ ref('footfall', 'fct_sessions') }}
),

pages as (
    select * from {{ ref('footfall', 'dim_pages') }}
),

-- A first page loads without a cache, and is left more often anyway: it is compared
-- with first pages alone.
cells as (
    select
        page_views.shown_host as page_host,
        page_views.shown_path as page_path,
        page_views.viewed_date,
        sessions.device,
        page_views.is_entrance,
        count(case when page_views.is_slow then 1 end) as slow_views,
        count(case when not page_views.is_slow then 1 end) as fast_views,
        count(case when page_views.is_slow and page_views.is_exit then 1 end)
            as slow_exits,
        count(case when not page_views.is_slow and page_views.is_exit then 1 end)
            as fast_exits
    from page_views
    inner join sessions
        on page_views.session_id = sessions.session_id
    group by
        page_views.shown_host,
        page_views.shown_path,
        page_views.viewed_date,
        sessions.device,
        page_views.is_entrance
),

-- In floats, since all that follows is.
measured as (
    select
        *,
        slow_views > 0 and fast_views > 0 as is_compared,
        {{ cast('slow_views', 'double precision') }} as n,
        {{ cast('slow_exits', 'double precision') }} as hits,
        {{ cast('fast_views', 'double precision') }} as m,
        {{ cast('fast_exits', 'double precision') }} as other_hits
    from cells
),

-- Each cell's difference weighs n m / (n + m) (N. Mantel and W. Haenszel, Journal of
-- the National Cancer Institute 22 (1959), 719-748), and its variance holds for many
-- small cells as for few large ones (T. Sato, Biometrics 45 (1989), 1323-1324).
summed as (
    select
        page_host,
        page_path,
        cast(sum(case when is_compared then slow_views else 0 end) as bigint)
            as slow_views,
        cast(sum(case when is_compared then fast_views else 0 end) as bigint)
            as fast_views,
        cast(sum(case when is_compared then slow_exits else 0 end) as bigint)
            as slow_exits,
        cast(sum(case when is_compared then fast_exits else 0 end) as bigint)
            as fast_exits,
        cast(
            sum(case when is_compared then 0 else slow_views + fast_views end)
            as bigint
        ) as uncompared_views,
        sum(n * m / (n + m)) as weight,
        sum((hits * m - other_hits * n) / (n + m)) as weighted_gap,
        sum(
            (n * n * other_hits - m * m * hits + n * m * (m - n) / 2)
            / ((n + m) * (n + m))
        ) as gap_factor,
        sum((hits * (m - other_hits) + other_hits * (n - hits)) / (2 * (n + m)))
            as gap_rest
    from measured
    group by page_host, page_path
),

compared as (
    select
        *,
        weighted_gap / weight as gap,
        (weighted_gap / weight * gap_factor + gap_rest) / (weight * weight)
            as variance
    from summed
    where slow_views > 0
),

-- Where all leave or nobody does, and of few views, nothing is said of chance.
spread as (
    select
        *,
        case
            when slow_views >= 30 and fast_views >= 30 and variance > 0
                then sqrt(variance)
        end as gap_error
    from compared
),

scored as (
    select
        *,
        abs(gap) / gap_error as gap_score
    from spread
),

tested as (
    select
        *,
        {{ to_nine_decimals(two_sided_p('gap_score')) }} as p_value
    from scored
),

weighed as (
    select
        *,
        {{ looked_p('p_value') }} as candidate
    from tested
),

looked as (
    select
        *,
        {{ adjusted_p('candidate', 'p_value') }} as adjusted_p_value
    from weighed
),

final as (
    select
        looked.page_host,
        looked.page_path,
        pages.page_group,
        looked.slow_views,
        looked.slow_exits,
        looked.fast_views,
        looked.fast_exits,
        looked.uncompared_views,
        {{ to_nine_decimals('looked.gap') }} as difference,
        {{ to_nine_decimals('looked.gap - ' ~ z_95() ~ ' * looked.gap_error') }}
            as difference_low,
        {{ to_nine_decimals('looked.gap + ' ~ z_95() ~ ' * looked.gap_error') }}
            as difference_high,
        looked.p_value,
        looked.adjusted_p_value,
        coalesce(looked.adjusted_p_value < 0.05, false) as is_different
    from looked
    inner join pages
        on
            looked.page_host = pages.page_host
            and looked.page_path = pages.page_path
)

select * from final
