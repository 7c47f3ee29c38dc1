{#- A campaign tag as the rules read it: case and spaces never matter, and a
    placeholder tells nothing of where a visitor came from. A list of four, as in
    clean_text. -#}
{% macro campaign_tag(column) -%}
    case
        when
            trim({{ column }}) = ''
            or lower(trim({{ column }}))
            in ('(direct)', '(none)', '(not set)', '(not provided)')
            then null
        else lower(trim({{ column }}))
    end
{%- endmacro %}
