{#- What a JSON text holds at a path, keys with points between them, as text; null where it
    holds nothing there or is no JSON. -#}
{% macro json_text(column, path) -%}
    {{ return(adapter.dispatch('json_text', 'footfall')(column, path)) }}
{%- endmacro %}

{#- Every key in quotes: $current_url would be read as a path. -#}
{% macro default__json_text(column, path) -%}
    {{ return(
        'try(json_extract_string(' ~ column ~ ', '
        ~ sql_literal('$."' ~ path.split('.') | join('"."') ~ '"') ~ '))'
    ) }}
{%- endmacro %}

{% macro spark__json_text(column, path) -%}
    {{ return(
        'get_json_object(' ~ column ~ ', '
        ~ sql_literal("$['" ~ path.split('.') | join("']['") ~ "']") ~ ')'
    ) }}
{%- endmacro %}

{#- A text that is no JSON would stop the run here, so that one is none. -#}
{% macro postgres__json_text(column, path) -%}
    {{ return(
        '(cast(' ~ column ~ ' as jsonb) #>> ' ~ sql_literal(
            '{"' ~ path.split('.') | join('","') ~ '"}'
        ) ~ ')'
    ) }}
{%- endmacro %}
