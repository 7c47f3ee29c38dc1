{#- The commonest text that a source delivers in a column of events of one rejection
    reason, as this run's events are judged; empty where they have none. A time that
    cannot be read is in no table of events, but in the input alone. -#}
{% macro example_value(source, column, reason) -%}
    {%- if reason == 'missing_time' -%}
        {%- set text -%}
            select cast({{ raw_column(source, column) }} as {{ dbt.type_string() }})
                as example
            from {{ raw_relation(source) }} as raw_events
        {%- endset -%}
        {%- set condition = utc_timestamp('example') ~ ' is null' -%}
    {%- else -%}
        {%- set text -%}
            select cast(delivered.{{ column }} as {{ dbt.type_string() }}) as example
            from {{ built_beside('int_events__unioned') }} as delivered
            inner join {{ this }} as judged
                on
                    delivered.source_name = judged.source_name
                    and delivered.event_id = judged.event_id
            where
                judged.source_name = '{{ source }}'
                and judged.rejection_reason = '{{ reason }}'
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

{#- Where a source's rows are as they came, and which of their columns is one of the
    event contract. -#}
{% macro raw_relation(source) -%}
    {{ return(
        input_relation(var('generic_events')) if source == 'generic'
        else built_beside('raw_events')
    ) }}
{%- endmacro %}

{% macro raw_column(source, column) -%}
    {{ return(var('generic_columns')[column] if source == 'generic' else column) }}
{%- endmacro %}

{#- A relation of the project by its name. A ref would have to be a ref of every run. -#}
{% macro built_beside(name) -%}
    {{ return(api.Relation.create(
        database=this.database, schema=this.schema, identifier=name
    )) }}
{%- endmacro %}
