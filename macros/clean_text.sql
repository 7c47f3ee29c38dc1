{#- A trimmed text, null where a tracker wrote a word for nothing. -#}
{% macro clean_text(column) -%}
    case
        when lower(trim({{ column }})) in (
            '', '(not set)', '(none)', '<other>', '(data deleted)', 'null', 'none',
            'undefined', 'n/a'
        ) then null
        else trim({{ column }})
    end
{%- endmacro %}
