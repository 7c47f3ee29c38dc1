{#- A text that sorts by its bytes wherever it is ordered: Postgres sorts by the
    database's language, and a tie must fall the same way everywhere. -#}
{% macro byte_order(text) -%}
    {{ adapter.dispatch('byte_order', 'footfall')(text) }}
{%- endmacro %}

{% macro default__byte_order(text) -%} {{ text }} {%- endmacro %}

{% macro postgres__byte_order(text) -%} ({{ text }} collate "C") {%- endmacro %}
