{#- Stops the run where what a source names is not there, or a map or filter reads columns
    that it has not. What the run itself makes, a ref, is not looked at before; of text
    files assert_files says it. -#}
{% macro assert_sources() -%}
    {%- for name, source in sources().items() -%}
        {%- set start = source_words(name) -%}
        {%- for kind in ['events', 'spend'] if source.get(kind) -%}
            {%- set is_text = is_text_file(source[kind]) -%}
            {%- set there = input_columns(source[kind], start) if not is_text else [] -%}
            {%- for column in (spend_columns() if kind == 'spend' and there else [])
                if column not in there -%}
                {%- do stop_run(
                    start ~ 'has its spend in ' ~ source.spend ~ ", which has no column '"
                    ~ column ~ "' (it has " ~ there | join(', ') ~ ').'
                ) -%}
            {%- endfor -%}
            {%- if not is_text -%}
                {%- do assert_readable(source, kind, there, start) -%}
            {%- endif -%}
            {%- if is_text or there -%}
                {%- do assert_bound(name, source, kind, start) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- Whether the expressions over a source's rows read what is there. -#}
{% macro assert_readable(source, kind, there, start) -%}
    {%- for column, expression in said_expressions(source, kind).items() -%}
        {%- set says = start ~ 'says ' ~ column ~ ": '" ~ expression ~ "', " -%}
        {%- for used in expression_columns(expression, says)
            if there and used not in there -%}
            {%- do stop_run(
                says ~ 'but ' ~ source[kind] ~ " has no column '" ~ used ~ "' (it has "
                ~ there | join(', ') ~ ').'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- Whether the engine can make sense of them: of types, functions and sums. -#}
{% macro assert_bound(name, source, kind, start) -%}
    {%- set rows = ' from ' ~ source_rows(name, kind, is_in_model=false) -%}
    {%- set said = said_expressions(source, kind) -%}
    {%- set expressions = dict(said) -%}
    {%- if 'where' in said -%}
        {%- do expressions.update({'where': 'case when ' ~ said['where'] ~ ' then 1 end'}) -%}
    {%- endif -%}
    {%- set texts = '; fields of text files are texts, which a cast makes numbers'
        if is_text_file(source[kind]) else '' -%}
    {%- set message = unbound_message(
        'select ' ~ expressions.values() | join(', ') ~ rows
    ) if expressions else none -%}
    {%- for column, expression in expressions.items() if message -%}
        {%- set own_message = unbound_message('select ' ~ expression ~ rows) -%}
        {%- if own_message -%}
            {%- do stop_run(
                start ~ 'says ' ~ column ~ ": '" ~ said[column]
                ~ "', which cannot be computed: " ~ own_message.rstrip('.') ~ texts
                ~ '.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if message -%}
        {%- do stop_run(
            start ~ 'says columns that cannot be computed beside each other: '
            ~ message.rstrip('.') ~ '.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The lower-case names of an input's columns, once it is known to be there; none of them
    where the run itself is to make it. -#}
{% macro input_columns(place, start) -%}
    {%- if is_path(place) -%}
        {%- set rows = run_query('describe select * from ' ~ parquet_rows(place)).rows -%}
        {{ return(rows | map(attribute=0) | map('lower') | list) }}
    {%- endif -%}
    {%- set called = project_names(place) -%}
    {%- set node = project_node(place) if called else none -%}
    {%- set parts = place.split('.') -%}
    {%- set relation = none -%}
    {%- if node -%}
        {%- set relation = adapter.get_relation(
            database=node.database, schema=node.schema,
            identifier=node.get('identifier') or node.alias,
        ) -%}
        {%- if relation is none and called[0] == 'ref' -%} {{ return([]) }} {%- endif -%}
    {#- A quote would end the text in which the name is looked up. -#}
    {%- elif not called and "'" not in place -%}
        {%- set relation = adapter.get_relation(
            database=parts[-3] if parts | length > 2 else target.database,
            schema=parts[-2] if parts | length > 1 else target.schema,
            identifier=parts[-1],
        ) -%}
    {%- endif -%}
    {%- if relation is none -%}
        {%- do stop_run(
            start ~ "names '" ~ place ~ "', which is neither a file nor a relation here."
        ) -%}
    {%- endif -%}
    {{ return(
        adapter.get_columns_in_relation(relation) | map(attribute='name')
        | map('lower') | list
    ) }}
{%- endmacro %}
