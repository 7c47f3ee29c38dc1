{#- Why an engine cannot compute an expression over some rows, without computing it: none
    where it can. It is asked for as a condition, in which there is no sum over rows, no
    list of two and no comment that swallows the rest. Where an engine gives no reasons,
    the run stops with the sentence; without one it is not asked. -#}
{% macro unbound_reason(expressions, rows, sentence=none) -%}
    {%- set conditions = [] -%}
    {%- for expression in expressions -%}
        {%- do conditions.append('case when true then ' ~ expression ~ ' end is null') -%}
    {%- endfor -%}
    {#- Beside all columns too: Sail counts the rows that a condition asks for a sum of. -#}
    {%- set condition = conditions | join(' and ') -%}
    {%- set query = 'select *, ' ~ condition ~ ' as is_null from ' ~ rows
        ~ ' where ' ~ condition -%}
    {{ return(adapter.dispatch('unbound_reason', 'footfall')(query, sentence)) }}
{%- endmacro %}

{% macro default__unbound_reason(query, sentence) -%}
    {%- if sentence is none -%} {{ return('unknown') }} {%- endif -%}
    {%- do try_or_compiler_error(
        'footfall: ' ~ sentence ~ ', which cannot be computed over one row of them.',
        run_query,
        query ~ ' limit 0',
    ) -%}
    {{ return(none) }}
{%- endmacro %}

{% macro duckdb__unbound_reason(query, sentence) -%}
    {%- set plan = fromjson(run_query(
        'select json_serialize_plan(' ~ sql_literal(query)
        ~ ', skip_empty := true, skip_null := true)'
    ).rows[0][0]) -%}
    {{ return(duckdb_reason(plan['error_message']) if plan['error'] else none) }}
{%- endmacro %}

{#- What DuckDB has against a query, in words that go on a sentence about a setting. -#}
{% macro duckdb_reason(message) -%}
    {%- for pattern, words in {
        'unction with name "?([^ "]+)"? does not exist': 'there is no function {}',
        'Type with name "?([^ "]+)"? does not exist': 'there is no type {}',
        '(?:Referenced|Table or) (?:column|table) "([^"]+)"': 'there is no column {}',
        'Could not find key "([^"]+)" in struct': 'there is no field {} in it',
        "argument types '(.+?)'": '{} is not of the types that it takes: cast them',
        'Cannot compare values of type (.+?) - an': 'type {} do not compare: cast one',
        'clause cannot contain (aggregate|window)|(UNNEST) not supported':
            'a map is about one row, and this is about several',
        'syntax error at or near (".+?")': 'it is no SQL expression at {}',
        'syntax error at end of input|unterminated': 'it is no SQL expression at its end',
    }.items() -%}
        {%- set found = modules.re.search(pattern, message) -%}
        {%- if found -%}
            {{ return(words.replace('{}', found.groups('') | first | default(''))) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return('DuckDB says: ' ~ message.split('\n')[0].rstrip('.')) }}
{%- endmacro %}
