{#- A hash of several columns as one text key: joined by a control character, so that
    ('a|b', 'c') and ('a', 'b|c') differ. -#}
{% macro surrogate_key(columns) -%}
    {%- set texts = [] -%}
    {%- for column in columns -%}
        {%- do texts.append(
            "coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '')"
        ) -%}
    {%- endfor -%}
    {{ dbt.hash(texts | join(' || chr(31) || ')) }}
{%- endmacro %}
