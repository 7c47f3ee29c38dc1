{#- What a page or screen is called in one text: host and path, or the screen's name, which
    has no host. -#}
{% macro page_label(relation) -%}
    coalesce(
        {{ relation }}.page_host || coalesce({{ relation }}.page_path, ''),
        {{ relation }}.page_path,
        '(unknown)'
    )
{%- endmacro %}
