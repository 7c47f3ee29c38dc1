{#- What the first matching rule of the seed user_agent_rules says of a user agent in
    lower case; nothing, if that rule has no value. The patterns stand in the SQL as
    literals: DuckDB would compile a pattern from a column anew for every row. -#}
{% macro user_agent_verdict(field, user_agent) -%}
    {%- set name = 'user_agent_rules' -%}
    {#- A unit test must not name what it is not given, but has the rules all the same. -#}
    {%- if model.resource_type != 'unit_test' -%} {%- do ref(name) -%} {%- endif -%}
    {%- set rules = adapter.get_relation(
        database=target.database, schema=target.schema, identifier=name
    ) if execute -%}
    {%- if not rules -%}
        {#- Nothing is loaded, as where SQL is linted; a run of this fails. -#}
        (select max(value) from {{ name }})
    {%- else -%}
        case
        {%- for pattern, value in run_query(
            'select pattern, value from ' ~ rules ~ " where field = '" ~ field
            ~ "' order by priority"
        ).rows %}
            when {{ matches_regex(user_agent, "'" ~ pattern ~ "'") }}
                then {{ "'" ~ value ~ "'" if value is not none else 'null' }}
        {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}
