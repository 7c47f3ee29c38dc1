{#- The lower-case names of the columns that a SQL expression reads: from the engine's
    own parser where it has one, so that functions and literals are not mistaken. -#}
{% macro expression_columns(expression, start) -%}
    {{ return(
        expression_fields(expression, start) | map('first') | map('lower')
        | unique | sort
    ) }}
{%- endmacro %}

{#- The same with the fields of a column that it reads, each as a list of its parts and
    spelt as it is: order.amount is [order, amount]. -#}
{% macro expression_fields(expression, start) -%}
    {{ return(
        adapter.dispatch('expression_fields', 'footfall')(expression, start)
    ) }}
{%- endmacro %}

{% macro default__expression_fields(expression, start) -%}
    {%- if modules.re.fullmatch('[A-Za-z_][A-Za-z0-9_]*', expression) -%}
        {{ return([[expression]]) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}

{% macro duckdb__expression_fields(expression, start) -%}
    {%- set parsed = fromjson(
        run_query(
            'select json_serialize_sql(' ~ sql_literal('select ' ~ expression) ~ ')'
        ).rows[0][0]
    ) -%}
    {%- if parsed['error'] -%}
        {%- do stop_run(
            start ~ 'which cannot be computed: '
            ~ duckdb_reason(parsed['error_message'])
            ~ ('; a column of a name that SQL keeps for itself is in quotes, \'"'
            ~ expression ~ '"\'' if modules.re.fullmatch('\\w+', expression) else '')
            ~ '.'
        ) -%}
    {%- endif -%}
    {#- `a, b` would shift all columns after it, without a word. -#}
    {%- set query = parsed['statements'][0]['node'] -%}
    {%- set selected = query.get('select_list', []) -%}
    {%- if selected | length != 1 or selected[0].get('class') == 'STAR'
        or query['from_table']['type'] != 'EMPTY' -%}
        {%- do stop_run(
            start ~ 'which is not one SQL expression over the columns of a row.'
        ) -%}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- set lambdas = [] -%}
    {%- set nodes = [parsed['statements']] -%}
    {%- for _ in range(10000) if nodes -%}
        {%- set node = nodes.pop() -%}
        {%- if node is mapping -%}
            {%- if node.get('class') == 'COLUMN_REF' -%}
                {%- do columns.append(node['column_names']) -%}
            {%- elif node.get('class') == 'PARAMETER' -%}
                {%- do stop_run(
                    start ~ 'which asks for a parameter, and nobody is there to give one.'
                ) -%}
            {%- elif node.get('class') == 'LAMBDA' -%}
                {%- do lambdas.append(node['lhs']) -%}
            {%- endif -%}
            {%- do nodes.extend(node.values()) -%}
        {%- elif node is iterable and node is not string -%}
            {%- do nodes.extend(node) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set bound = [] -%}
    {%- for lambda in lambdas -%}
        {%- for argument in lambda.get('children', [lambda]) -%}
            {%- do bound.append(argument['column_names'][-1] | lower) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set fields = [] -%}
    {%- for column in columns if column[0] | lower not in bound -%}
        {%- do fields.append(column) -%}
    {%- endfor -%}
    {{ return(fields) }}
{%- endmacro %}
