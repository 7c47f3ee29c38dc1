{#- A field of a context, by the name that a column has: from the record of an event's
    column, where a tracker's own fields are camelCase, or from the context's table. -#}
{% macro told_field(record, context, field) -%}
    {%- set words = field.split('_') -%}
    {%- set camel_case = words[0] ~ words[1:] | map('capitalize') | join -%}
    {%- set places = [
        json_text(record, camel_case), json_text(record, field), context ~ '.' ~ field,
        context ~ '.' ~ camel_case | lower,
    ] -%}
    coalesce({{ places | unique | join(', ') }})
{%- endmacro %}

{#- Columns of records, name -> schema: of the versions of a schema that a source's
    events have columns of, the newest that is filled in a row, and of that the first
    record as JSON text. Columns are called by schema and version, .._context_1_0_2, or
    for all versions of 1 .._context_1. -#}
{% macro newest_records(name, schemas) -%}
    {%- set types = input_types(name, 'events') if execute else {} -%}
    {%- set columns = [] -%}
    {%- for record, schema in schemas.items() -%}
        {%- set found = [] -%}
        {%- for column, type in types.items() -%}
            {%- set version = modules.re.fullmatch(
                schema ~ '_([0-9]+)(?:_([0-9]+)_([0-9]+))?', column
            ) -%}
            {%- if version -%}
                {%- set numbers = version.groups(9999) | map('int') | list -%}
                {%- do found.append([numbers, first_record(column, type)]) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set newest = ['cast(null as ' ~ dbt.type_string() ~ ')'] -%}
        {%- for numbers, sql in found | sort -%} {%- do newest.insert(0, sql) -%}
        {%- endfor -%}
        {%- do columns.append('coalesce(' ~ newest | join(', ') ~ ') as ' ~ record) -%}
    {%- endfor -%}
    {{ return(columns | join(', ')) }}
{%- endmacro %}

{#- The rows of a context's own table, one for each time that an event was collected:
    where it was loaded twice its rows are equal. -#}
{% macro first_copies(name, input) -%}
    select
        {{ text_of('root_id') }} as root_id,
        {{ utc_timestamp('root_tstamp') }} as root_at
        {%- for column in input_meta(sources()[name], input).get('columns', {})
            if column not in ['root_id', 'root_tstamp'] %},
            min({{ text_of(column) }}) as {{ column }}
        {%- endfor %}
    from {{ source_rows(name, input) }} as delivered
    group by {{ text_of('root_id') }}, {{ utc_timestamp('root_tstamp') }}
{%- endmacro %}
