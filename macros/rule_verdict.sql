{#- What the first matching rule of a seed says of a text in lower case; nothing, if that
    rule has no value. The patterns stand in the SQL as
    literals: DuckDB would compile a pattern from a column anew for every row. -#}
{% macro rule_verdict(seed, field, text) -%}
    {#- A unit test must not name what it is not given, but has the rules all the same. -#}
    {%- if model.resource_type != 'unit_test' -%} {%- do ref(seed) -%} {%- endif -%}
    {%- set rules = adapter.get_relation(
        database=target.database, schema=target.schema, identifier=seed
    ) if execute -%}
    {%- if not rules -%}
        {#- Nothing is loaded, as where SQL is linted; a run of this fails. -#}
        (select max(value) from {{ seed }})
    {%- else -%}
        case
        {%- for pattern, value in run_query(
            'select pattern, value from ' ~ rules ~ " where field = '" ~ field
            ~ "' order by priority"
        ).rows %}
            when {{ matches_regex(text, "'" ~ pattern ~ "'") }}
                then {{ "'" ~ value ~ "'" if value is not none else 'null' }}
        {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}
