{#- A trimmed text, null where a tracker wrote a word for nothing. Lists of four, since
    DuckDB joins one of five to every row, even where nobody reads the column, and where
    it filters by the column, it would lower the text anew for each `when` of a case. Of a
    text that is longer than any of the words not a letter is looked at. -#}
{% macro clean_text(column) -%}
    case
        when
            length({{ column }}) <= 14
            and (
                {{ column }} = ''
                or lower({{ column }})
                in ('(not set)', '(none)', '<other>', '(data deleted)')
                or lower({{ column }}) in ('null', 'none', 'undefined', 'n/a')
            )
            then null
        else {{ column }}
    end
{%- endmacro %}
