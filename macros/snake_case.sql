{#- A name in lower case with underscores: "Page View" and page-view are one event. -#}
{% macro snake_case(column) -%}
    replace(replace(lower(trim({{ column }})), ' ', '_'), '-', '_')
{%- endmacro %}
