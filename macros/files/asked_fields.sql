{#- What a source's settings read of its files, in a fixed order, each field as a list of
    its parts: order.amount is [order, amount]. Nothing else is kept of a line. -#}
{% macro asked_fields(source_name, input_kind) -%}
    {%- set found = {} -%}
    {%- if input_kind == 'spend' -%}
        {%- for name in spend_columns() -%} {%- do found.update({name: [name]}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set source = sources()[source_name] -%}
    {%- set meta = input_meta(source, input_kind) -%}
    {%- for name in meta.get('needs', []) + meta.get('columns', {}) | list
        if name not in ['source_file', 'source_line'] -%}
        {%- do found.update({name: [name]}) -%}
    {%- endfor -%}
    {#- Of several tables together it cannot be told which a map means. -#}
    {%- set is_alone = preset_meta(source.preset, 'inputs') | length < 2 -%}
    {%- for name, expression in said_expressions(source, input_kind).items() if is_alone -%}
        {%- set says = source_words(source_name) ~ 'says ' ~ name ~ ": '"
            ~ expression ~ "', " -%}
        {%- for parts in expression_fields(origin_sql(expression, {}), says) -%}
            {%- do found.update({parts | join('.') | lower: parts}) -%}
        {%- endfor -%}
        {%- for column in worded_columns(expression) -%}
            {%- do found.update({column | lower: [column]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set fields = [] -%}
    {%- for name in found | sort -%}
        {%- for other in found if other.startswith(name ~ '.') -%}
            {%- do stop_run(
                'the columns of source ' ~ source_name ~ ' read both ' ~ name ~ ' and '
                ~ other ~ ' of it: read one of the two.'
            ) -%}
        {%- endfor -%}
        {%- do fields.append(found[name]) -%}
    {%- endfor -%}
    {{ return(fields) }}
{%- endmacro %}
