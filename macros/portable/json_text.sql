{#- What stands in a JSON object under a key, or a path of keys joined by points, as text: a
    text without quotes, an object or list as JSON. Null where there is nothing, and of a
    text that is no JSON: an engine's own function would stop the run, or read on. -#}
{% macro json_text(column, path) -%}
    {{ adapter.dispatch('json_text', 'footfall')(column, path) }}
{%- endmacro %}

{% macro default__json_text(column, path) -%}
    cast({{ sound_json(column) }} as json) #>> array['{{ path.split('.') | join("', '") }}']
{%- endmacro %}

{% macro duckdb__json_text(column, path) -%}
    replace(
        json_extract_string(
            {{ sound_json(column) }}, '$."{{ path.split('.') | join('"."') }}"'
        ),
        chr(0), ''
    )
{%- endmacro %}

{#- get_json_object reads what stands before the first mistake. -#}
{% macro spark__json_text(column, path) -%}
    replace(
        get_json_object(
            {{ sound_json(column) }}, "$['{{ path.split('.') | join("']['") }}']"
        ),
        chr(0), ''
    )
{%- endmacro %}

{#- A text if it is a JSON object or list, else null. -#}
{% macro sound_json(text) -%}
    {{ adapter.dispatch('sound_json', 'footfall')(text) }}
{%- endmacro %}

{#- Postgres 15 has no function that says so. Texts and other values become a mark each,
    and what holds nothing but marks becomes one, from the innermost out: one mark is left
    of what is sound and no deeper than ten. A NUL, which no text of Postgres holds, goes. -#}
{% macro default__sound_json(text) -%}
    {%- set spelled -%}
        regexp_replace({{ text }}, '(?<!\\)((\\\\)*)\\u0000', '\1', 'g')
    {%- endset -%}
    {%- set string -%}
        "([^"\\\u0001-\u001f]|\\["\\/bfnrt]|\\u([0-9a-ce-fA-CE-F][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}|[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}))*"
    {%- endset -%}
    {%- set value -%}
        -?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?|true|false|null
    {%- endset -%}
    {%- set pair = '\\u0001:[\\u0001\\u0002]' -%}
    {%- set whole = '\\[([\\u0001\\u0002](,[\\u0001\\u0002])*)?\\]|\\{('
        ~ pair ~ '(,' ~ pair ~ ')*)?\\}' -%}
    {%- set marked = namespace(text=spelled) -%}
    {%- for pattern, mark in [
        (string, 'chr(1)'), (value, 'chr(2)'), ('[ \\t\\n\\r]+', "''"),
    ] + [(whole, 'chr(2)')] * 10 -%}
        {%- set marked.text -%}
            regexp_replace({{ marked.text }}, '{{ pattern }}', {{ mark }}, 'g')
        {%- endset -%}
    {%- endfor -%}
    case
        when
            {{ first_sign(text) }} in ('{', '[')
            and {{ text }} !~ '[\u0001\u0002]'
            and {{ marked.text }} = chr(2)
            then {{ spelled }}
    end
{%- endmacro %}

{#- DuckDB lets a comma stand before an end, and NaN and Infinity for numbers. -#}
{% macro duckdb__sound_json(text) -%}
    {%- set lax = '(?i),[ \\t\\n\\r]*[\\]}]|nan|inf' -%}
    {%- set string = '"([^"\\\\]|\\\\.)*"' -%}
    case
        when not json_valid({{ text }}) then null
        when json_type({{ text }}) not in ('OBJECT', 'ARRAY') then null
        when not regexp_matches({{ text }}, '{{ lax }}') then {{ text }}
        when
            not regexp_matches(
                regexp_replace({{ text }}, '{{ string }}', '""', 'g'), '{{ lax }}'
            )
            then {{ text }}
    end
{%- endmacro %}

{% macro spark__sound_json(text) -%}
    case
        when {{ first_sign(text) }} = '{'
            and from_json({{ text }}, 'map<string,string>') is not null
            then {{ text }}
        when {{ first_sign(text) }} = '['
            and from_json({{ text }}, 'array<string>') is not null
            then {{ text }}
    end
{%- endmacro %}

{#- The first letter of a text that is no blank. -#}
{% macro first_sign(text) -%}
    substr({{ trimmed(text) }}, 1, 1)
{%- endmacro %}
