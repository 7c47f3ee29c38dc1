{#- The first group of a pattern's first match, null where nothing matches: DuckDB
    and Spark answer an empty text instead. A point is any sign. -#}
{% macro regex_group(text, pattern) -%}
    {{ adapter.dispatch('regex_group', 'footfall')(text, pattern) }}
{%- endmacro %}

{% macro default__regex_group(text, pattern) -%}
    nullif(substring({{ text }} from {{ sql_literal(pattern) }}), '')
{%- endmacro %}

{% macro duckdb__regex_group(text, pattern) -%}
    nullif(regexp_extract({{ text }}, {{ sql_literal(pattern) }}, 1, 's'), '')
{%- endmacro %}

{% macro spark__regex_group(text, pattern) -%}
    nullif(regexp_extract({{ text }}, {{ sql_literal('(?s)' ~ pattern) }}, 1), '')
{%- endmacro %}
