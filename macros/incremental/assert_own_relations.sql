{#- Stops a run that would replace what somebody else made under a name of ours. A schema
    with the table of states is one of ours, and so is one that an earlier version built
    into where it kept no states, as on Spark: its rows say by which definition they were
    made. What came after that version is not in it yet. Relations of other names may
    stand beside ours. -#}
{% macro assert_own_relations() -%}
    {%- set states = load_relation(states_relation()) if concerns_footfall() -%}
    {%- if not concerns_footfall() or is_states_of_now(states) -%}
        {{ return('') }}
    {%- endif -%}
    {%- set earlier = namespace(is_here=states is not none) -%}
    {%- set found = {} -%}
    {%- for node in graph.nodes.values()
        if node.package_name == 'footfall'
        and node.resource_type in ['model', 'seed', 'snapshot']
        and node.config.materialized != 'ephemeral' -%}
        {%- set relation = adapter.get_relation(
            database=node.database, schema=node.schema, identifier=node.alias
        ) -%}
        {%- if relation -%}
            {%- do found.update({node.name: relation}) -%}
            {%- set columns = adapter.get_columns_in_relation(relation)
                | map(attribute='name') | list if not earlier.is_here else [] -%}
            {#- An earlier version wrote this beside each row. What has a build_id is a
                copy of a mart, in a file that was published. -#}
            {%- if 'definition_hash' in columns and 'build_id' not in columns -%}
                {%- set earlier.is_here = true -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set others = [] -%}
    {%- for name, relation in found.items()
        if not earlier.is_here or name not in earlier_relations() -%}
        {%- do others.append(relation) -%}
    {%- endfor -%}
    {%- if others -%}
        {%- set names = others | map(attribute='identifier') | sort -%}
        {%- set more = names | length - 3 -%}
        {%- do stop_run(
            'the schema ' ~ others[0].schema ~ ' holds ' ~ names[:3] | join(', ')
            ~ (' and ' ~ more ~ ' more' if more > 0 else '')
            ~ ', which footfall did not build there and would replace: '
            ~ ('give what is there another name, or ' if earlier.is_here)
            ~ 'use a schema or a database of its own for it.'
        ) -%}
    {%- endif -%}
{%- endmacro %}
