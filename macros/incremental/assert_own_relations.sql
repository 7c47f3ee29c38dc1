{#- Stops a run that would replace what somebody else made under a name of ours. A schema
    with the table of states is one of ours, and so is one that an earlier version built
    into where it kept no states, as on Spark: its rows say by which definition they were
    made. Relations of other names may stand beside ours. -#}
{% macro assert_own_relations() -%}
    {%- if not concerns_footfall() or load_relation(states_relation()) -%}
        {{ return('') }}
    {%- endif -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values()
        if node.package_name == 'footfall'
        and node.resource_type in ['model', 'seed', 'snapshot']
        and node.config.materialized != 'ephemeral' -%}
        {%- set relation = adapter.get_relation(
            database=node.database, schema=node.schema, identifier=node.alias
        ) -%}
        {%- if relation -%}
            {%- set columns = adapter.get_columns_in_relation(relation)
                | map(attribute='name') | list -%}
            {#- An earlier version wrote this beside each row. What has a build_id is a
                copy of a mart, in a file that was published. -#}
            {%- if 'definition_hash' in columns and 'build_id' not in columns -%}
                {{ return('') }}
            {%- endif -%}
            {%- do found.append(relation) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if found -%}
        {%- set names = found | map(attribute='identifier') | sort -%}
        {%- set more = names | length - 3 -%}
        {%- do stop_run(
            'the schema ' ~ found[0].schema ~ ' holds ' ~ names[:3] | join(', ')
            ~ (' and ' ~ more ~ ' more' if more > 0 else '')
            ~ ', which footfall did not build there and would replace: use a schema or'
            ~ ' a database of its own for it.'
        ) -%}
    {%- endif -%}
{%- endmacro %}
