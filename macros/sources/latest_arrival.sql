{#- When each source last brought an event, and of that the earliest, for `dbt source
    freshness`: one that stands still is late, however busy the others are. It asks the
    inputs themselves, so that it can be known before a build whether one is worth it. -#}
{% macro latest_arrival() -%}
    select min(last_arrived_at)
    from (
        {%- for name, source in sources('columns').items() %}
            {%- set columns = source.columns %}
            {%- set arrived = columns.get('received_at', columns.occurred_at) %}
            select max({{ source_time('arrived_at', source) }}) as last_arrived_at
            from (
                select {{ tried(arrived) }} as arrived_at
                from {{ source_rows(name, is_in_model=false) }}
                {{ source_filter(source) }}
            ) as arrivals_{{ loop.index }}
            {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as last_arrivals
{%- endmacro %}
