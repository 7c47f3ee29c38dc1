{#- A campaign tag as the rules read it: case and spaces never matter, and a
    placeholder tells nothing of where a visitor came from. -#}
{% macro campaign_tag(column) -%}
    case
        when lower(trim({{ column }})) in (
            '', '(direct)', '(none)', '(not set)', '(not provided)'
        ) then null
        else lower(trim({{ column }}))
    end
{%- endmacro %}
