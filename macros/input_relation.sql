{#- What a var names as input, a file or a relation, as something to select from.
    dbt parses disabled models too, so nothing at all is let through here:
    assert_settings stops the run that needs it. -#}
{% macro input_relation(name) -%}
    {%- if name is none -%} (select 1)
    {%- elif is_path(name) -%} {{ read_files(name) }}
    {%- else -%} {{ name }}
    {%- endif -%}
{%- endmacro %}
