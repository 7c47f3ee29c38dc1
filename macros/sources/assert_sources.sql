{#- Stops the run where what a source names is not there, or a map or filter reads columns
    that it has not. What the run itself makes, a ref, is not looked at before; of text
    files assert_files says it. -#}
{% macro assert_sources() -%}
    {%- for name, source in sources().items() -%}
        {%- set start = source_words(name) -%}
        {%- set inputs = source_inputs(name) -%}
        {%- do assert_tables_there(source, inputs, start) -%}
        {%- for input, place in inputs.items()
            if is_there(place) or input_meta(source, input).get('is_needed', true) -%}
            {%- set is_text = is_text_file(place) -%}
            {%- set there = input_columns(place, start) if not is_text else [] -%}
            {%- do assert_columns_there(source, input, place, there, start) -%}
            {%- do assert_steady(source, input, start) -%}
            {%- if source.preset == 'columns' and not is_text -%}
                {%- do assert_readable(name, input, there, start) -%}
            {%- endif -%}
            {%- if source.preset == 'columns' and (is_text or there) -%}
                {%- do assert_bound(
                    source, input, source_rows(name, input, is_in_model=false), start,
                    input_types(name, input)
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- Whether there is any of a preset's tables, where each alone may be absent. -#}
{% macro assert_tables_there(source, inputs, start) -%}
    {%- set metas = input_metas(source) -%}
    {%- for input, meta in metas.items()
        if meta.get('is_needed', true) or is_there(inputs.get(input)) -%}
        {{ return('') }}
    {%- endfor -%}
    {%- if metas -%}
        {%- do stop_run(
            start ~ 'has its events in ' ~ source.get('events')
            ~ ', where there is none of the tables ' ~ metas | join(', ') ~ '.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- Whether an input has what each of its kind has. -#}
{% macro assert_columns_there(source, input, place, there, start) -%}
    {%- for column in spend_columns() if input == 'spend' and there and column not in there -%}
        {%- do stop_run(
            start ~ 'has its spend in ' ~ place ~ ", which has no column '" ~ column
            ~ "' (it has " ~ there | join(', ') ~ ').'
        ) -%}
    {%- endfor -%}
    {%- for column in input_meta(source, input).get('needs', [])
        if there and column not in there -%}
        {%- do stop_run(
            start ~ 'is of the preset ' ~ source.preset ~ ', but ' ~ place
            ~ " has no column '" ~ column ~ "', which " ~ input
            ~ ' of that preset need (it has ' ~ there | join(', ') ~ ').'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Whether the expressions over a source's rows read what is there. -#}
{% macro assert_readable(name, kind, there, start) -%}
    {%- set source = sources()[name] -%}
    {%- set types = input_types(name, kind) -%}
    {%- for column, expression in said_expressions(source, kind).items() -%}
        {%- set says = start ~ 'says ' ~ column ~ ": '" ~ expression ~ "', " -%}
        {%- for used in expression_columns(origin_sql(expression, types), says)
            + worded_columns(expression) | map('lower') | list
            if there and used not in there -%}
            {%- do stop_run(
                says ~ 'but ' ~ source[kind] ~ " has no column '" ~ used ~ "' (it has "
                ~ there | join(', ') ~ ').'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- Whether what a source says in SQL says the same whenever it is asked: else no two
    builds agree. -#}
{% macro assert_steady(source, kind, start) -%}
    {%- for column, expression in said_expressions(source, kind).items() -%}
        {%- set unsteady = modules.re.search(
            "(?i)(?<![\\w\"'.])((now|today|random|rand|uuid|gen_random_uuid|nextval"
            ~ '|setseed|clock_timestamp|get_current_timestamp|unix_timestamp)\\s*[(]'
            ~ "|(current_(date|time|timestamp)|local(time|timestamp))(?![\\w\"'.]))",
            expression,
        ) -%}
        {%- if unsteady -%}
            {%- do stop_run(
                start ~ 'says ' ~ column ~ ": '" ~ expression ~ "', but '"
                ~ unsteady[0].rstrip('( ') ~ "' says something else each time, so that no"
                ~ ' build would equal the one before it: name a column, or a fixed date.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- Whether the engine can make sense of them: of types, functions and names. All are
    asked about at once, and each by itself only where one of them is wrong. -#}
{% macro assert_bound(source, kind, rows, start, types) -%}
    {%- set said = said_expressions(source, kind) -%}
    {%- set expressions = {} -%}
    {%- for column, expression in said.items() -%}
        {%- set says = start ~ 'says ' ~ column ~ ": '" ~ expression ~ "'" -%}
        {%- set sql = origin_sql(expression, types) -%}
        {%- do expressions.update({
            says: ['case when ' ~ sql ~ ' then 1 end' if column == 'where' else sql]
            + worded_columns(expression)
        }) -%}
    {%- endfor -%}
    {%- set is_any = unbound_reason(expressions.values() | sum(start=[]), rows) -%}
    {%- for says, asked in expressions.items() if is_any -%}
        {%- set reason = unbound_reason(asked, rows, says ~ ' of ' ~ source[kind]) -%}
        {%- if reason -%}
            {%- do stop_run(
                says ~ ', which cannot be computed: ' ~ reason
                ~ ('; a comment takes the rest of the line with it' if '--' in says
                    else '; fields of text files are texts, which a cast makes numbers'
                    if is_text_file(source[kind]) and 'cast' in reason else '')
                ~ '.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
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
    {%- set relation = none -%}
    {%- if node -%}
        {%- set relation = adapter.get_relation(
            database=node.database, schema=node.schema,
            identifier=node.get('identifier') or node.alias,
        ) -%}
        {%- if relation is none and called[0] == 'ref' -%} {{ return([]) }} {%- endif -%}
    {%- elif not called -%}
        {%- set relation = relation_at(place) -%}
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
