{#- What a row holds in these columns, as one key: rows of one query are compared by it. -#}
{% macro row_key(columns) -%}
    {{ adapter.dispatch('row_key', 'footfall')(columns) }}
{%- endmacro %}

{% macro default__row_key(columns) -%}
    {{ surrogate_key(columns) }}
{%- endmacro %}

{#- 64 bits of the engine's own, many times faster than MD5 of texts. -#}
{% macro duckdb__row_key(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}
