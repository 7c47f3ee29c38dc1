{#- A trimmed text, null where a tracker wrote a word for nothing. No list of words to
    look up: DuckDB would join it to every row, even where nobody reads the column. -#}
{% macro clean_text(column) -%}
    case lower(trim({{ column }}))
        when '' then null
        when '(not set)' then null
        when '(none)' then null
        when '<other>' then null
        when '(data deleted)' then null
        when 'null' then null
        when 'none' then null
        when 'undefined' then null
        when 'n/a' then null
        else trim({{ column }})
    end
{%- endmacro %}
