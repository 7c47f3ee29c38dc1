{#- The commonest text that a source delivers in a column of events of one rejection
    reason, as this run's events are judged; empty where they have none. A time that
    cannot be read is in no table of events, but in the input alone. -#}
{% macro example_value(source, column, reason) -%}
    {%- set options = sources()[source] -%}
    {%- if reason == 'missing_time' -%}
        {#- What a preset shapes is no table that could be asked. -#}
        {%- if options.preset not in ['columns', 'demo'] -%} {{ return(none) }} {%- endif -%}
        {%- set types = shape_types(source) -%}
        {%- set text -%}
            select {{ text_of(column_expressions(options, types)[column]) }} as example
            from {{ source_rows(source, is_in_model=false) if options.preset == 'columns'
                else footfall_relation('raw_events') }} as raw_events
            {{ source_filter(options, types) }}
        {%- endset -%}
        {%- set condition = source_time('example', column_clock(column, options))
            ~ ' is null' -%}
    {%- else -%}
        {%- set text -%}
            select cast(delivered.{{ column }} as {{ dbt.type_string() }}) as example
            from {{ footfall_relation('int_events__unioned') }} as delivered
            inner join {{ this }} as judged
                on
                    delivered.source_name = judged.source_name
                    and delivered.event_id = judged.event_id
            where
                judged.source_name = {{ sql_literal(source) }}
                and judged.own_rejection_reason = {{ sql_literal(reason) }}
        {%- endset -%}
        {%- set condition = 'true' -%}
    {%- endif -%}
    {%- set rows = run_query(
        'select substr(example, 1, 40) as start, count(*) as event_count'
        ~ ' from (' ~ text ~ ') as examples'
        ~ ' where trim(example) <> ' ~ "''" ~ ' and ' ~ condition
        ~ ' group by substr(example, 1, 40) order by event_count desc, start limit 1'
    ).rows -%}
    {{ return(rows[0][0] if rows else '') }}
{%- endmacro %}
