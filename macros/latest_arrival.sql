{#- When the generic source last brought an event, for `dbt source freshness`. It asks the
    input itself, so that it can be known before a build whether one is worth it. -#}
{% macro latest_arrival() -%}
    {%- set columns = var('generic_columns') -%}
    select max({{ utc_timestamp('arrived_at') }})
    from (
        select {{ columns.get('received_at', columns.get('occurred_at')) }} as arrived_at
        from {{ input_relation(var('generic_events')) }}
    ) as arrivals
{%- endmacro %}
