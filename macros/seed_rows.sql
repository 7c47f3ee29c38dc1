{#- Rows of a rule seed as it is loaded, in the order of their columns; none where it is
    not. For SQL that holds rules as literals: DuckDB would compile a pattern from a column
    anew for every row. -#}
{% macro seed_rows(name, columns, condition='true') -%}
    {#- A unit test must not name what it is not given, but has the rules all the same. -#}
    {%- if model.resource_type != 'unit_test' -%} {%- do ref(name) -%} {%- endif -%}
    {%- set relation = adapter.get_relation(
        database=target.database, schema=target.schema, identifier=name
    ) if execute -%}
    {%- if not relation -%} {{ return(none) }} {%- endif -%}
    {%- set listed = columns | join(', ') -%}
    {{ return(run_query(
        'select ' ~ listed ~ ' from ' ~ relation ~ ' where ' ~ condition
        ~ ' order by ' ~ listed
    ).rows) }}
{%- endmacro %}
