{#- An expression of a user's own whose error is null where an engine can tell: one text
    that is no number must not stop a run. A column alone has no error. -#}
{% macro tried(expression) -%}
    {%- if modules.re.fullmatch('\\s*([A-Za-z_]\\w*|"[^"]+")\\s*', expression) -%}
        {{ return(expression) }}
    {%- endif -%}
    {{ return(adapter.dispatch('tried', 'footfall')(expression)) }}
{%- endmacro %}

{% macro default__tried(expression) -%}
    {{ return(expression) }}
{%- endmacro %}

{#- DuckDB tries no subquery, and no function that answers anew each time. -#}
{% macro duckdb__tried(expression) -%}
    {%- set untried = modules.re.search(
        '(?i)\\b(select|random|uuid|gen_random_uuid|nextval|setseed)\\b', expression
    ) -%}
    {{ return(expression if untried else 'try(' ~ expression ~ ')') }}
{%- endmacro %}
