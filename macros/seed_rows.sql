{#- Rows of a rule seed as it is loaded, in the order of their columns; none where it is
    not. For SQL that holds rules as literals: DuckDB would compile a pattern from a column
    anew for every row. -#}
{% macro seed_rows(name, columns, condition='true') -%}
    {%- set relation = loaded_seed(name) -%}
    {%- if not relation -%} {{ return(none) }} {%- endif -%}
    {%- set listed = columns | join(', ') -%}
    {{ return(run_query(
        'select ' ~ listed ~ ' from ' ~ relation ~ ' where ' ~ condition
        ~ ' order by ' ~ listed
    ).rows) }}
{%- endmacro %}

{#- A rule seed as it is loaded; none where it is not. -#}
{% macro loaded_seed(name) -%}
    {#- A unit test must not name what it is not given, but has the rules all the same. -#}
    {%- set named = ref(name) if model.resource_type != 'unit_test'
        else recorded_place(name) if execute -%}
    {#- Without the limit that a ref has in a run of no rows. -#}
    {%- set relation = load_relation(api.Relation.create(
        database=named.database, schema=named.schema, identifier=named.identifier
    )) if execute and named -%}
    {{ return(relation) }}
{%- endmacro %}

{#- Where the rule seed of a name stands, by what the run wrote down before its first node:
    dbt shows unit tests no graph. On Spark, where nothing is kept, in the target's schema. -#}
{% macro recorded_place(name) -%}
    {%- set place = recorded_states().get('place of ' ~ name) -%}
    {%- set database, schema, identifier = fromjson(place.definition) if place
        else [target.database or none, target.schema, name] -%}
    {{ return(api.Relation.create(
        database=database, schema=schema, identifier=identifier
    )) }}
{%- endmacro %}

{#- The node of a rule seed: a host's in the place of ours, where dbt found that. The gate
    refers to all of them, as whatever reads one does. -#}
{% macro seed_node(name) -%}
    {%- for unique_id in graph.nodes['model.footfall.int_rules__checked'].depends_on.nodes
        if unique_id.startswith('seed.') and graph.nodes[unique_id].name == name -%}
        {{ return(graph.nodes[unique_id]) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{#- Where each rule seed stands, as states: place of a seed -> its relation's names. -#}
{% macro seed_places() -%}
    {%- set places = {} -%}
    {%- for name in described_rules() -%}
        {%- set node = seed_node(name) -%}
        {%- if node -%}
            {%- do places.update({
                'place of ' ~ name: tojson([node.database, node.schema, node.alias])
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(places) }}
{%- endmacro %}
