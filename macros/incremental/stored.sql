{#- What an earlier run stored under a model's name, none where this run starts anew or
    where the model is a plain table, as on Spark. -#}
{% macro stored(name) -%}
    {%- if not execute or flags.FULL_REFRESH or model.resource_type == 'unit_test' -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(relation_named(name)) }}
{%- endmacro %}

{#- The relation of an incremental model, none if there is none. By name, since a ref
    upstream of its own reader would be a circle. -#}
{% macro relation_named(name) -%}
    {%- for node in graph.nodes.values()
        if node.name == name and node.config.materialized != 'incremental' -%}
        {{ return(none) }}
    {%- endfor -%}
    {{ return(
        adapter.get_relation(
            database=target.database, schema=target.schema, identifier=name
        )
    ) }}
{%- endmacro %}
