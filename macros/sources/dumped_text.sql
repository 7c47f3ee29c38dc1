{#- A column as text; null where it says NULL or \N, as MySQL writes nothing into files. -#}
{% macro dumped_text(column) -%}
    case
        when {{ text_of(column) }} not in ('NULL', chr(92) || 'N')
            then {{ text_of(column) }}
    end
{%- endmacro %}
