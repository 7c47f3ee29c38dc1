{#- The measures of every daily mart of goals, over fct_session_goals. -#}
{% macro goal_measures() -%}
    count(*) as sessions,
        count(case when is_converted then 1 end) as converting_sessions,
        cast(sum(goal_conversions) as bigint) as conversions,
        cast(sum(goal_revenue) as numeric(28, 6)) as revenue,
        {{ rate('count(case when is_converted then 1 end)', 'count(*)') }}
            as conversion_rate
{%- endmacro %}
