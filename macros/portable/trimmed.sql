{#- A text without what it is padded with, by one list: trim() alone takes spaces here and
    more there. -#}
{% macro trimmed(text) -%}
    {{ adapter.dispatch('trimmed', 'footfall')(text) }}
{%- endmacro %}

{% macro default__trimmed(text) -%}
    trim(both E'\t\n\x0b\f\r{{ wide_white_space() }}' from {{ text }})
{%- endmacro %}

{#- DuckDB reads the list anew for every text, so only what begins or ends with other than
    a plain letter pays for it. -#}
{% macro duckdb__trimmed(text) -%}
    case
        when {{ text }} between '!' and '~' and ({{ text }})[-1] between '!' and '~'
            then {{ text }}
        else {{ default__trimmed(text) }}
    end
{%- endmacro %}

{% macro spark__trimmed(text) -%}
    trim(both '\t\n\u000b\u000c\r{{ wide_white_space() }}' from {{ text }})
{%- endmacro %}
