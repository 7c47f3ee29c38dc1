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

{#- Sail would read what comes before the place where a text is broken. Two quotes are
    none in a literal of Sail. -#}
{% macro spark__json_text(column, path) -%}
    {{ return(
        'get_json_object(case when json_object_keys(' ~ column ~ ') is not null then '
        ~ column ~ " end, '$[\\'" ~ path.split('.') | join("\\'][\\'") ~ "\\']')"
    ) }}
{%- endmacro %}

{% macro postgres__json_text(column, path) -%}
    {{ return(
        '(' ~ read_json(column) ~ ' #>> ' ~ sql_literal(
            '{"' ~ path.split('.') | join('","') ~ '"}'
        ) ~ ')'
    ) }}
{%- endmacro %}

{#- A JSON text in the form from which json_text reads many texts quickest. -#}
{% macro read_json(column) -%}
    {{ return(adapter.dispatch('read_json', 'footfall')(column)) }}
{%- endmacro %}

{% macro default__read_json(column) -%}
    {{ return(column) }}
{%- endmacro %}

{% macro postgres__read_json(column) -%}
    {{ return(target.schema ~ '.footfall_json(' ~ column ~ ')') }}
{%- endmacro %}

{#- The hook before a run that makes what json_text calls. -#}
{% macro prepare_json() -%}
    {%- if execute -%} {%- do adapter.dispatch('prepare_json', 'footfall')() -%} {%- endif -%}
{%- endmacro %}

{% macro default__prepare_json() -%}
{%- endmacro %}

{#- Before version 16 nothing else says whether a text is JSON, and a cast of one that is
    none would stop the run. What is jsonb already is not read again. Not for parallel
    workers, which cannot go on after an error. -#}
{% macro postgres__prepare_json() -%}
    {%- set name = target.schema ~ '.footfall_json' -%}
    {%- set properties = 'returns jsonb immutable' -%}
    {%- call statement(auto_begin=true) -%}
        create or replace function {{ name }}(said text) {{ properties }}
        language plpgsql as $$
        begin
            return cast(said as jsonb);
        exception when others then
            return null;
        end
        $$;
        create or replace function {{ name }}(said json) {{ properties }}
        language sql as $$ select {{ name }}(cast(said as text)) $$;
        create or replace function {{ name }}(said jsonb) {{ properties }}
        parallel safe language sql as $$ select said $$;
    {%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
