{#- The JSON text of what a column of an input holds: of records and lists of the engine's
    own too, which as mere texts would be no JSON. -#}
{% macro told_json(name, input, column) -%}
    {%- set type = input_types(name, input).get(column.split('.') | last, '')
        if execute else '' -%}
    {%- set is_record = modules.re.search('(?i)^(struct|map|array)|\\[[0-9]*\\]$', type) -%}
    {{ return(json_of(column, type) if is_record else text_of(column)) }}
{%- endmacro %}
