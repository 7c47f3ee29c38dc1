{#- Rows of a rule seed as it is loaded, in the order of their columns; none where it is
    not. For SQL that holds rules as literals: DuckDB would compile a pattern from a column
    anew for every row. -#}
{% macro seed_rows(name, columns, condition='true') -%}
    {#- A unit test must not name what it is not given, but has the rules all the same. -#}
    {%- if model.resource_type != 'unit_test' -%} {%- do ref(name) -%} {%- endif -%}
    {%- set relation = load_relation(seed_relation(name)) if execute -%}
    {%- if not relation -%} {{ return(none) }} {%- endif -%}
    {%- set listed = columns | join(', ') -%}
    {{ return(run_query(
        'select ' ~ listed ~ ' from ' ~ relation ~ ' where ' ~ condition
        ~ ' order by ' ~ listed
    ).rows) }}
{%- endmacro %}

{#- Where the rule seed of a name stands: a host's in the place of ours, where there is
    one, as dbt's ref finds it. dbt shows unit tests no graph, so they ask the database: the
    schemas of one project begin with that of its target. -#}
{% macro seed_relation(name) -%}
    {%- if model.resource_type == 'unit_test' -%}
        {%- set schema = run_query(
            'select max(table_schema) from information_schema.tables where table_name = '
            ~ sql_literal(name) ~ ' and substr(table_schema, 1, '
            ~ target.schema | length ~ ') = ' ~ sql_literal(target.schema)
        ).rows[0][0] if keeps_rows() -%}
        {{ return(api.Relation.create(
            database=target.database or none, schema=schema or target.schema,
            identifier=name
        )) }}
    {%- endif -%}
    {%- set found = namespace(node=none) -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'seed' and node.name == name
        and (node.package_name != 'footfall' or found.node is none) -%}
        {%- set found.node = node -%}
    {%- endfor -%}
    {{ return(relation_of(found.node)) }}
{%- endmacro %}
