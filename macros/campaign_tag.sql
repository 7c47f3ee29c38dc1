{#- A trimmed campaign tag as the rules read it: case never matters, and a placeholder
    tells nothing of where a visitor came from. A list of four, as in clean_text. -#}
{% macro campaign_tag(column) -%}
    case
        when
            {{ column }} = ''
            or {{ lower_case(column) }}
            in ('(direct)', '(none)', '(not set)', '(not provided)')
            then null
        else {{ lower_case(column) }}
    end
{%- endmacro %}
