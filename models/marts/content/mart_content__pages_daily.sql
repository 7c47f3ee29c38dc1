-- grain: one row per day and page or screen with views.

with page_views as (
    select
        *,
        coalesce(page_host, '(unknown)') as shown_host,
        coalesce(page_path, '(unknown)') as shown_path,
        -- Further on few sessions are left, and hardly differ.
        least(view_number, 10) as place_number,
        not is_exit or seconds_on_page > 0 as has_known_end,
        page_load_ms < {{ var('slow_page_ms') }} as is_fast
    from {{ ref('footfall', 'fct_page_views') }}
),

sessions as (
    select
        session_id,
        is_bounce,
        coalesce(device_category, '(unknown)') as device
    from {{ ref('footfall', 'fct_sessions') }}
),

pages as (
    select * from {{ ref('footfall', 'dim_pages') }}
),

placed as (
    select
        page_views.*,
        sessions.is_bounce,
        sessions.device
    from page_views
    inner join sessions
        on page_views.session_id = sessions.session_id
),

place_views as (
    select
        device,
        place_number,
        count(*) as view_count,
        count(case when is_exit then 1 end) as exit_count,
        count(case when not is_exit then 1 end) as stay_count
    from placed
    group by device, place_number
),

-- How often does a session end at its first view, its second, ..., whatever the page?
-- And how much does one view vary around that?
place_exits as (
    select
        device,
        place_number,
        {{ rate('exit_count', 'view_count') }} as exit_rate,
        {{ rate('exit_count * stay_count', 'view_count * view_count') }}
            as exit_variance
    from place_views
),

counted as (
    select
        placed.viewed_date as report_date,
        placed.shown_host as page_host,
        placed.shown_path as page_path,
        cast(sum(place_exits.exit_rate) as numeric(18, 6)) as expected_exits,
        cast(sum(place_exits.exit_variance) as numeric(18, 6))
            as expected_exit_variance,
        cast(
            coalesce(
                sum(case when placed.has_known_end then placed.seconds_on_page end), 0
            ) as numeric(18, 6)
        ) as reading_seconds,
        cast(coalesce(sum(placed.scroll_percent), 0) as numeric(18, 2))
            as scroll_percents,
        count(*) as page_views,
        count(distinct placed.session_id) as unique_views,
        count(case when placed.is_entrance then 1 end) as entrances,
        count(case when placed.is_exit then 1 end) as exits,
        count(case when placed.is_entrance and placed.is_bounce then 1 end) as bounces,
        count(case when placed.has_known_end then 1 end) as timed_views,
        count(placed.scroll_percent) as scrolled_views,
        count(placed.page_load_ms) as loaded_views,
        count(case when placed.is_fast then 1 end) as fast_views,
        percentile_cont(0.5) within group (order by placed.page_load_ms)
            as load_ms_middle,
        percentile_cont(0.75) within group (order by placed.page_load_ms)
            as load_ms_upper
    from placed
    inner join place_exits
        on
            placed.device = place_exits.device
            and placed.place_number = place_exits.place_number
    group by placed.viewed_date, placed.shown_host, placed.shown_path
),

final as (
    select
        counted.report_date,
        counted.page_host,
        counted.page_path,
        pages.page_group,
        counted.page_views,
        counted.unique_views,
        counted.entrances,
        counted.exits,
        counted.bounces,
        counted.expected_exits,
        counted.expected_exit_variance,
        cast(counted.exits - counted.expected_exits as numeric(18, 6))
            as excess_exits,
        counted.timed_views,
        counted.page_views - counted.timed_views as untimed_views,
        counted.reading_seconds,
        counted.scrolled_views,
        counted.scroll_percents,
        counted.loaded_views,
        counted.fast_views,
        {{ rate('counted.exits', 'counted.page_views') }} as exit_rate,
        {{ rate('counted.bounces', 'counted.entrances') }} as page_bounce_rate,
        {{ rate('counted.reading_seconds', 'counted.timed_views') }}
            as average_reading_seconds,
        {{ rate('counted.scroll_percents', 'counted.scrolled_views') }}
            as average_scroll_percent,
        {{ rate('counted.fast_views', 'counted.loaded_views') }} as fast_view_rate,
        cast(floor(counted.load_ms_middle + 0.5) as bigint) as page_load_ms_p50,
        cast(floor(counted.load_ms_upper + 0.5) as bigint) as page_load_ms_p75
    from counted
    inner join pages
        on
            counted.page_host = pages.page_host
            and counted.page_path = pages.page_path
)

select * from final
