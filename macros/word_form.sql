{#- A trimmed word as those of the seeds of words are compared: without quotes, in lower
    case, and a hyphen for a space or underscore. -#}
{% macro word_form(column) -%}
    replace(replace(replace({{ lower_case(column) }}, '"', ''), '_', '-'), ' ', '-')
{%- endmacro %}
