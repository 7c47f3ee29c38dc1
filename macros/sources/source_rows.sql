{#- What a source delivers, as something to select from: its events, its spend, or another
    input of its preset. Columns that the preset reads and the input lacks are null there,
    and an input that is not there has no row. dbt knows of a ref or source alone where a
    model calls them; elsewhere is_in_model is false. -#}
{% macro source_rows(name, input='events', is_in_model=true) -%}
    {%- set source = sources()[name] -%}
    {%- set place = input_place(source, input) if execute else source.get(input) or '' -%}
    {%- set said = input_meta(source, input).get('columns', {}) -%}
    {%- if not said or not execute -%}
        {{ return(placed_rows(name, input, place, is_in_model)) }}
    {%- endif -%}
    {%- if not is_there(place) -%}
        {{ return('(select ' ~ null_columns(said) ~ ' where 1 = 0)') }}
    {%- endif -%}
    {%- set there = input_types(name, input) | list + source_file_columns(place) -%}
    {%- set missing = {} -%}
    {%- for column, type in said.items() if column not in there -%}
        {%- do missing.update({column: type}) -%}
    {%- endfor -%}
    {%- set rows = placed_rows(name, input, place, is_in_model) -%}
    {{ return(
        '(select *, ' ~ null_columns(missing) ~ ' from ' ~ rows ~ ' as placed)'
        if missing else rows
    ) }}
{%- endmacro %}

{#- Columns that are null, of the types that a preset says they would have. -#}
{% macro null_columns(types) -%}
    {%- set columns = [] -%}
    {%- for column, type in types.items() -%}
        {%- set sql_type = dbt.type_string() if type == 'text' else type -%}
        {%- do columns.append('cast(null as ' ~ sql_type ~ ') as ' ~ column) -%}
    {%- endfor -%}
    {{ return(columns | join(', ')) }}
{%- endmacro %}

{#- Column of an input -> its type, as the engine says it. -#}
{% macro input_types(name, input) -%}
    {%- set place = input_place(sources()[name], input) -%}
    {%- set types = {} -%}
    {%- if is_text_file(place) -%}
        {%- for parts in asked_fields(name, input) -%}
            {%- do types.update({parts[0] | lower: 'VARCHAR'}) -%}
        {%- endfor -%}
    {%- elif is_path(place) -%}
        {%- for row in run_query('describe select * from ' ~ parquet_rows(place)).rows -%}
            {%- do types.update({row[0] | lower: row[1]}) -%}
        {%- endfor -%}
    {%- else -%}
        {%- set node = project_node(place) if project_names(place) -%}
        {%- set relation = relation_at(node.relation_name | replace('"', '')
            | replace('`', '') if node else place) -%}
        {%- for column in (adapter.get_columns_in_relation(relation) if relation else []) -%}
            {%- do types.update({column.name | lower: column.dtype}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(types) }}
{%- endmacro %}

{#- The rows at a place as they are. -#}
{% macro placed_rows(name, input, place, is_in_model) -%}
    {%- set called = project_names(place) -%}
    {%- if called and is_in_model -%}
        {{ ref(*called[1:]) if called[0] == 'ref' else source(*called[1:]) }}
    {%- elif called -%} {{ project_node(place).relation_name }}
    {%- elif is_text_file(place) -%}
        {%- set lines = ref('footfall', 'stg_files__lines') if is_in_model
            else stored_lines() -%}
        ({{ text_rows(name, input, lines or no_lines()) }}
        {%- if input == 'events' and execute and is_read_by_row(sources()[name]) %}
            and {{ is_of_asked_file(name, 'file_path') }}
        {%- endif %})
    {%- elif is_path(place) and input == 'events' and execute
        and is_read_by_row(sources()[name]) -%}
        (select * from {{ parquet_rows(place, names_files=true) }} as stored
        where {{ is_of_asked_file(name, 'source_file') }})
    {%- elif is_path(place) -%} {{ parquet_rows(place, names_files=true) }}
    {%- else -%} {{ place }}
    {%- endif -%}
{%- endmacro %}

{#- What is known of a row of a file beside what is in it. -#}
{% macro source_file_columns(place) -%}
    {{ return(
        ['source_file', 'source_line'] if is_text_file(place)
        else ['source_file'] if is_path(place) else []
    ) }}
{%- endmacro %}

{#- What stands for the lines of files while no build has read any. -#}
{% macro no_lines() -%}
    ({{ no_text_records('varchar[]') }}) as no_lines
{%- endmacro %}

{#- [ref or source, its names], none where a place is no such call. -#}
{% macro project_names(place) -%}
    {%- set name = "\\s*['\"]([^'\"]+)['\"]\\s*" -%}
    {%- set called = modules.re.fullmatch(
        '\\s*(ref|source)\\(' ~ name ~ '(?:,' ~ name ~ ')?\\)\\s*', place
    ) -%}
    {{ return(called.groups() | select('string') | list if called else none) }}
{%- endmacro %}

{#- The model, seed or table that a ref or source means; none where there is none. Of two
    of one name it is the host's, as dbt finds it. -#}
{% macro project_node(place) -%}
    {%- set called = project_names(place) -%}
    {%- set nodes, owner = (graph.nodes, 'package_name') if called[0] == 'ref'
        else (graph.sources, 'source_name') -%}
    {%- set found = [] -%}
    {%- for node in nodes.values()
        if node.name == called[-1] and called[1:-1] in [[], [node[owner]]]
        and node.resource_type in ['model', 'seed', 'snapshot', 'source'] -%}
        {%- do found.append(node) -%}
    {%- endfor -%}
    {%- for node in found if node.package_name == project_name -%}
        {{ return(node) }}
    {%- endfor -%}
    {{ return(found[0] if found else none) }}
{%- endmacro %}
