{#- When each source last brought an event, and of that the earliest, for `dbt source
    freshness`: one that stands still is late, however busy the others are. It asks the
    inputs themselves, so that it can be known before a build whether one is worth it; what
    a preset shapes it asks by the staging view over them, once a build has made that. -#}
{% macro latest_arrival() -%}
    {%- set arrivals = [] -%}
    {%- for name, source in sources().items() if source.preset != 'demo' -%}
        {%- set staged = relation_at(
            'stg_' ~ source.preset ~ '__events'
        ) if execute -%}
        {%- if source.preset == 'columns' -%}
            {%- set types = shape_types(name) -%}
            {%- set map = column_expressions(source, types) -%}
            {%- set arrival = 'received_at' if 'received_at' in map else 'occurred_at' -%}
            {%- set time = source_time('arrived_at', column_clock(arrival, source)) -%}
            {%- do arrivals.append(
                'select max(' ~ time ~ ') as last_arrived_at'
                ~ ' from (select ' ~ map.get(arrival)
                ~ ' as arrived_at from ' ~ source_rows(name, is_in_model=false)
                ~ ' as delivered ' ~ source_filter(source, types)
                ~ ') as arrived'
            ) -%}
        {%- elif staged -%}
            {%- do arrivals.append(
                'select max(received_at) as last_arrived_at from ' ~ staged
                ~ ' where source_name = ' ~ sql_literal(name)
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    select min(last_arrived_at)
    from (
        {{ arrivals | join(' union all ') if arrivals
            else 'select cast(null as timestamp) as last_arrived_at' }}
    ) as last_arrivals
{%- endmacro %}
