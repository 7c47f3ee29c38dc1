{#- A hash of several columns as one text key: joined by a control character, so that
    ('a|b', 'c') and ('a', 'b|c') differ. Cast, since on Sail a hash is a text of another
    type, which unit tests cannot read. -#}
{% macro surrogate_key(columns) -%}
    {%- set texts = [] -%}
    {%- for column in columns -%}
        {%- do texts.append(
            "coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '')"
        ) -%}
    {%- endfor -%}
    cast({{ dbt.hash(texts | join(' || chr(31) || ')) }} as {{ dbt.type_string() }})
{%- endmacro %}
