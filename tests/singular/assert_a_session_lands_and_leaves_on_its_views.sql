-- grain: one row per session whose landing or exit page is not that of its first or
-- last view.

with sessions as (
    select * from {{ ref('fct_sessions') }}
),

page_views as (
    select * from {{ ref('fct_page_views') }}
),

landings as (
    select * from page_views
    where is_entrance
),

exits as (
    select * from page_views
    where is_exit
),

compared as (
    select
        sessions.session_id,
        sessions.landing_page_host,
        landings.page_host as entrance_page_host,
        sessions.landing_page_path,
        landings.page_path as entrance_page_path,
        sessions.exit_page_path,
        exits.page_path as last_page_path
    from sessions
    left join landings
        on sessions.session_id = landings.session_id
    left join exits
        on sessions.session_id = exits.session_id
)

select * from compared
where
    landing_page_host is distinct from entrance_page_host
    or landing_page_path is distinct from entrance_page_path
    or exit_page_path is distinct from last_page_path
