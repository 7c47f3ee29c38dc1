{#- The last labels of a host, so many of them: example.co.uk of shop.example.co.uk. -#}
{% macro last_labels(host, count) -%}
    {%- for place in range(count, 0, -1) %}
        split_part({{ host }}, '.', -{{ place }})
        {{- " || '.' ||" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
