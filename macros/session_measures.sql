{#- The measures of every daily session mart, so that no two count differently. -#}
{% macro session_measures() -%}
    count(*) as sessions,
        count(case when visitor_type = 'new' then 1 end) as new_sessions,
        count(case when visitor_type = 'returning' then 1 end) as returning_sessions,
        count(case when is_history_complete then 1 end) as sessions_with_history,
        count(case when is_history_complete and visitor_type = 'new' then 1 end)
            as new_sessions_with_history,
        count(case when is_engaged then 1 end) as engaged_sessions,
        count(case when is_bounce then 1 end) as bounces,
        count(distinct visitor_key) as visitors,
        cast(sum(page_view_count) as bigint) as page_views,
        cast(sum(collapsed_views) as bigint) as collapsed_views,
        cast(sum(conversion_count) as bigint) as conversions,
        count(case when has_conversion then 1 end) as converting_sessions,
        cast(sum(revenue) as numeric(28, 6)) as revenue,
        cast(sum(duration_seconds) as numeric(18, 6)) as session_seconds
{%- endmacro %}
