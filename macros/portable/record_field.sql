{#- A field of a record, or of a record in it, by its names with points between them, as
    text; null where the type that the engine says has no such field. -#}
{% macro record_field(record, path, type) -%}
    {{ return(adapter.dispatch('record_field', 'footfall')(record, path, type)) }}
{%- endmacro %}

{% macro default__record_field(record, path, type) -%}
    {%- if is_json(type) -%} {{ return(json_text(text_of(record), path)) }} {%- endif -%}
    {%- set found = namespace(type=type) -%}
    {%- for name in path.split('.') -%}
        {%- set found.type = record_fields(found.type).get(name, '') -%}
        {%- if not found.type -%} {{ return('null') }} {%- endif -%}
    {%- endfor -%}
    {{ return('cast(' ~ record ~ '.' ~ path ~ ' as ' ~ dbt.type_string() ~ ')') }}
{%- endmacro %}

{% macro postgres__record_field(record, path, type) -%}
    {{ return(
        '(cast(' ~ record ~ ' as jsonb) #>> array['
        ~ text_list(path.split('.')) ~ '])'
    ) }}
{%- endmacro %}

{#- The fields of a record or of the records in a list, name -> type, from how the engine
    writes their type: STRUCT(a TEXT, b STRUCT(c TEXT))[] or array<struct<a:string>>.
    None of what is no record. -#}
{% macro record_fields(type) -%}
    {%- set plain = type | replace('<', '(') | replace('>', ')') -%}
    {%- set inside = modules.re.fullmatch(
        '(?i)(?:array\\()?struct\\((.*)\\)(?:\\[\\])?', plain
    ) -%}
    {%- set fields = {} -%}
    {%- set part = namespace(text='', depth=0) -%}
    {%- for letter in (inside[1] ~ ',' if inside else '') -%}
        {%- if letter == ',' and part.depth == 0 -%}
            {%- set name, field_type = modules.re.fullmatch(
                '\\s*"?(.*?)"?(?:\\s*:\\s*|\\s+)(.*)', part.text
            ).groups() -%}
            {%- do fields.update({name: field_type}) -%}
            {%- set part.text = '' -%}
        {%- else -%}
            {%- set part.text = part.text ~ letter -%}
            {%- set part.depth = part.depth + {'(': 1, ')': -1}.get(letter, 0) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(fields) }}
{%- endmacro %}
