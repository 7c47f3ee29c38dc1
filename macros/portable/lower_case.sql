{#- A text in which letter case does not tell: Unicode's lower case of each letter by
    itself, whatever stands beside it. So the sigma at a word's end is that within it, and
    a capital I with a dot is i, of which some engines make two signs. -#}
{% macro lower_case(text) -%}
    {{ adapter.dispatch('lower_case', 'footfall')(text) }}
{%- endmacro %}

{% macro default__lower_case(text) -%}
    replace(lower(replace({{ text }}, 'İ', 'i')), 'ς', 'σ')
{%- endmacro %}

{#- As many bytes as letters: then all of them are ASCII, as nearly always. -#}
{% macro duckdb__lower_case(text) -%}
    case
        when strlen({{ text }}) = length({{ text }}) then lower({{ text }})
        else {{ default__lower_case(text) }}
    end
{%- endmacro %}

{#- By ICU, since a database of another locale may know no letter beyond ASCII; and in
    the database's own order again, since two orders cannot be compared. -#}
{% macro postgres__lower_case(text) -%}
    replace(
        lower(replace({{ text }}, 'İ', 'i') collate "und-x-icu") collate "default",
        'ς', 'σ'
    )
{%- endmacro %}

{#- A text in which the case of ASCII letters does not tell, as in a host. -#}
{% macro ascii_lower_case(text) -%}
    {{ adapter.dispatch('ascii_lower_case', 'footfall')(text) }}
{%- endmacro %}

{% macro default__ascii_lower_case(text) -%}
    translate(
        {{ text }}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'
    )
{%- endmacro %}

{% macro duckdb__ascii_lower_case(text) -%}
    case
        when strlen({{ text }}) = length({{ text }}) then lower({{ text }})
        else {{ default__ascii_lower_case(text) }}
    end
{%- endmacro %}

{#- Stops a run in a database that does not hold all letters, or folds none of them. -#}
{% macro assert_letters() -%}
    {%- if concerns_footfall() -%}
        {%- do adapter.dispatch('assert_letters', 'footfall')() -%}
    {%- endif -%}
{%- endmacro %}

{% macro default__assert_letters() -%}
{%- endmacro %}

{% macro postgres__assert_letters() -%}
    {%- set database, encoding, has_icu = run_query(
        "select current_database(), getdatabaseencoding(), exists(select 1 from"
        ~ " pg_collation where collname = 'und-x-icu')"
    ).rows[0] -%}
    {%- if encoding != 'UTF8' -%}
        {%- do stop_run(
            'the encoding of the database ' ~ database ~ ' is ' ~ encoding
            ~ ', in which not every text has a place: make one with encoding UTF8.'
        ) -%}
    {%- elif not has_icu -%}
        {%- do stop_run(
            'this Postgres was built without ICU (it lacks the collation und-x-icu), by'
            ~ ' which letters beyond ASCII are put in lower case: use one that has it.'
        ) -%}
    {%- endif -%}
{%- endmacro %}
