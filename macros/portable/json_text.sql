{#- What stands in a JSON object under a key, or a path of keys joined by points, as text: a
    text without quotes, an object or list as JSON. Null where there is nothing, and of a
    text that is no JSON: an engine's own function would stop the run, or read on. -#}
{% macro json_text(column, path) -%}
    {{ adapter.dispatch('json_text', 'footfall')(column, path) }}
{%- endmacro %}

{% macro default__json_text(column, path) -%}
    ({{ sound_json(column) }} #>> array[{{ text_list(path.split('.')) }}])
{%- endmacro %}

{% macro duckdb__json_text(column, path) -%}
    replace(
        json_extract_string(
            {{ sound_json(column) }},
            {{ sql_literal('$."' ~ path.split('.') | join('"."') ~ '"') }}
        ),
        chr(0), ''
    )
{%- endmacro %}

{#- get_json_object reads what stands before the first mistake. -#}
{% macro spark__json_text(column, path) -%}
    replace(
        get_json_object(
            {{ sound_json(column) }},
            {{ sql_literal("$['" ~ path.split('.') | join("']['") ~ "']") }}
        ),
        chr(0), ''
    )
{%- endmacro %}

{#- What stands in a JSON object under a key, whatever signs the key is written with; else
    as json_text. -#}
{% macro json_member(column, name) -%}
    {{ adapter.dispatch('json_member', 'footfall')(column, name) }}
{%- endmacro %}

{% macro default__json_member(column, name) -%}
    {{ json_named(column, sql_literal(name)) }}
{%- endmacro %}

{#- As a pointer of RFC 6901, in which a quote in the key means nothing. -#}
{% macro duckdb__json_member(column, name) -%}
    replace(
        json_extract_string(
            {{ sound_json(column) }},
            {{ sql_literal('/' ~ name | replace('~', '~0') | replace('/', '~1')) }}
        ),
        chr(0), ''
    )
{%- endmacro %}

{#- As json_member, under a key that an SQL expression names. -#}
{% macro json_named(column, key) -%}
    {{ adapter.dispatch('json_named', 'footfall')(column, key) }}
{%- endmacro %}

{% macro default__json_named(column, key) -%}
    ({{ sound_json(column) }} #>> array[{{ key }}])
{%- endmacro %}

{% macro duckdb__json_named(column, key) -%}
    replace(
        json_extract_string(
            {{ sound_json(column) }},
            '/' || replace(replace({{ key }}, '~', '~0'), '/', '~1')
        ),
        chr(0), ''
    )
{%- endmacro %}

{#- A path of get_json_object knows no escape. -#}
{% macro spark__json_named(column, key) -%}
    replace(
        from_json({{ sound_json(column) }}, 'map<string,string>')[{{ key }}],
        chr(0), ''
    )
{%- endmacro %}

{#- A text if it is a JSON object or list, else null. -#}
{% macro sound_json(text) -%}
    {{ adapter.dispatch('sound_json', 'footfall')(text) }}
{%- endmacro %}

{% macro default__sound_json(text) -%}
    {{ quoted_name(target.schema) }}.footfall_json({{ text }})
{%- endmacro %}

{#- DuckDB lets a comma stand before an end, and NaN and Infinity for numbers. -#}
{% macro duckdb__sound_json(text) -%}
    {%- set lax = '(?i),[ \\t\\n\\r]*[\\]}]|nan|inf' -%}
    {%- set string = '"([^"\\\\]|\\\\.)*"' -%}
    case
        when not json_valid({{ text }}) then null
        when json_type({{ text }}) not in ('OBJECT', 'ARRAY') then null
        when not regexp_matches({{ text }}, {{ sql_literal(lax) }}) then {{ text }}
        when
            not regexp_matches(
                regexp_replace({{ text }}, {{ sql_literal(string) }}, '""', 'g'),
                {{ sql_literal(lax) }}
            )
            then {{ text }}
    end
{%- endmacro %}

{#- Spark lets single quotes stand for double ones, NaN for a number, and whatever follows
    the value. So the text is read as the first of a list of two. -#}
{% macro spark__sound_json(text) -%}
    case
        when {{ first_sign(text) }} in ('{', '[')
            and array_position(
                from_json(
                    '[' || {{ text }} || ', "after it"]',
                    'array<string>',
                    map('allowSingleQuotes', 'false', 'allowNonNumericNumbers', 'false')
                ),
                'after it'
            ) = 2
            then {{ text }}
    end
{%- endmacro %}

{#- A JSON text in the form from which many of its texts are read quickest. -#}
{% macro read_json(text) -%}
    {{ return(adapter.dispatch('read_json', 'footfall')(text)) }}
{%- endmacro %}

{% macro default__read_json(text) -%}
    {{ return(sound_json(text)) }}
{%- endmacro %}

{% macro postgres__read_json(text) -%}
    {{ return('cast(' ~ sound_json(text) ~ ' as jsonb)') }}
{%- endmacro %}

{#- The first letter of a text that is no blank. -#}
{% macro first_sign(text) -%}
    substr({{ trimmed(text) }}, 1, 1)
{%- endmacro %}

{#- The hook before a run that makes what sound_json calls. -#}
{% macro prepare_json() -%}
    {%- if concerns_footfall() -%}
        {%- do adapter.dispatch('prepare_json', 'footfall')() -%}
    {%- endif -%}
{%- endmacro %}

{% macro default__prepare_json() -%}
{%- endmacro %}

{#- Before version 16 nothing else says whether a text is JSON, and a cast of one that is
    none would stop the run. A NUL, which no text of Postgres holds, goes. What is json
    already is not read again. Not for parallel workers, which cannot go on after an
    error. -#}
{% macro postgres__prepare_json() -%}
    {%- set name = quoted_name(target.schema) ~ '.footfall_json' -%}
    {%- set properties = 'returns json immutable' -%}
    {%- call statement(auto_begin=true) -%}
        create or replace function {{ name }}(said text) {{ properties }}
        language plpgsql as $$
        declare
            spelled text := regexp_replace(
                said, '(?<!\\)((\\\\)*)\\u0000', '\1', 'g'
            );
        begin
            if jsonb_typeof(cast(spelled as jsonb)) in ('object', 'array') then
                return cast(spelled as json);
            end if;
            return null;
        exception when others then
            return null;
        end
        $$;
        create or replace function {{ name }}(said json) {{ properties }}
        parallel safe language sql as $$ select said $$;
        create or replace function {{ name }}(said jsonb) returns jsonb immutable
        parallel safe language sql as $$ select said $$;
    {%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
