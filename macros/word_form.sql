{#- A word as those of the seeds of words are compared: without outer spaces and quotes,
    in lower case, and a hyphen for a space or underscore. -#}
{% macro word_form(column) -%}
    replace(replace(replace(lower(trim({{ column }})), '"', ''), '_', '-'), ' ', '-')
{%- endmacro %}
