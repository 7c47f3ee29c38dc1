{#- Whether a text holds a match of a regular expression, in which a point is any sign,
    the end of a line too. Patterns keep to what RE2, Postgres and Java read alike: no
    lookaround, no \b, no inline flags. -#}
{% macro matches_regex(text, pattern) -%}
    {{ adapter.dispatch('matches_regex', 'footfall')(text, pattern) }}
{%- endmacro %}

{% macro default__matches_regex(text, pattern) -%}
    {{ text }} ~ {{ pattern }}
{%- endmacro %}

{% macro duckdb__matches_regex(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }}, 's')
{%- endmacro %}

{% macro spark__matches_regex(text, pattern) -%}
    {{ text }} rlike concat('(?s)', {{ pattern }})
{%- endmacro %}
