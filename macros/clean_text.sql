{#- A trimmed text, null where a tracker wrote a word for nothing. Two short lists, since
    DuckDB would join a longer one to every row, and where it filters by the column, it
    would lower the text anew for each `when` of a case. -#}
{% macro clean_text(column) -%}
    case
        when
            lower(trim({{ column }}))
            in ('', '(not set)', '(none)', '<other>', '(data deleted)')
            or lower(trim({{ column }})) in ('null', 'none', 'undefined', 'n/a')
            then null
        else trim({{ column }})
    end
{%- endmacro %}
