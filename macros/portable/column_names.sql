{#- The names of a relation's columns in lower case, by what the catalog has of them: a view
    over files that are gone can be asked for nothing else. -#}
{% macro column_names(relation) -%}
    {{ return(adapter.dispatch('column_names', 'footfall')(relation)) }}
{%- endmacro %}

{% macro default__column_names(relation) -%}
    {{ return(run_query(
        'select lower(column_name) as column_name from information_schema.columns where'
        ~ ' table_catalog = ' ~ sql_literal(relation.database)
        ~ ' and table_schema = ' ~ sql_literal(relation.schema)
        ~ ' and table_name = ' ~ sql_literal(relation.identifier)
    ).columns[0].values() | list) }}
{%- endmacro %}

{#- There is no such schema. -#}
{% macro spark__column_names(relation) -%}
    {{ return(
        adapter.get_columns_in_relation(relation)
        | map(attribute='name') | map('lower') | list
    ) }}
{%- endmacro %}
