{#- A trimmed text, null where a tracker wrote a word for nothing. Lists of four, since
    DuckDB joins one of five to every row, even where nobody reads the column, and where
    it filters by the column, it would lower the text anew for each `when` of a case. -#}
{% macro clean_text(column) -%}
    case
        when
            {{ column }} = ''
            or lower({{ column }})
            in ('(not set)', '(none)', '<other>', '(data deleted)')
            or lower({{ column }}) in ('null', 'none', 'undefined', 'n/a')
            then null
        else {{ column }}
    end
{%- endmacro %}
