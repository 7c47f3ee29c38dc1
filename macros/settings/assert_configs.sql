{#- Stops a run in which another project's configuration makes our models otherwise than
    they are meant: which rows a run replaces is known to a materialization of our own
    alone, and what a run keeps is written in one transaction with what is recorded of it,
    which no engine spans over two databases. What dbt_project.yml of a host says above
    the names of projects holds for those of its packages too. -#}
{% macro assert_configs() -%}
    {%- for node in graph.nodes.values()
        if node.package_name == 'footfall' and node.resource_type in ['model', 'seed'] -%}
        {%- if node.resource_type == 'model'
            and node.config.materialized not in right_materializations(node) -%}
            {%- do stop_run(
                'the model ' ~ node.name ~ " is materialized as '"
                ~ node.config.materialized ~ "', but must be one of "
                ~ right_materializations(node) | join(', ')
                ~ ': in dbt_project.yml move +materialized below the name of your own'
                ~ ' project, since above it it is of packages too.'
            ) -%}
        {%- elif node.database and target.database
            and node.database | lower != target.database | lower -%}
            {%- do stop_run(
                'the ' ~ node.resource_type ~ ' ' ~ node.name ~ ' has the database '
                ~ node.database ~ ', but must stand in that of the target, '
                ~ target.database ~ ', as what is recorded of it does: leave out +database'
                ~ ' for footfall; a +schema is free.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- What a model may be materialized as: as it is meant, and where no run picks rows of it,
    as a plain table or view. -#}
{% macro right_materializations(node) -%}
    {%- set ours = ['kept', 'kept_view', 'fixed_point'] -%}
    {%- if node.name == 'stg_files__lines' -%} {{ return(['incremental', 'view']) }}
    {%- elif is_marked(node, 'gate') -%} {{ return(['table']) }}
    {%- elif node.fqn[1] == 'staging' or (
        node.fqn[1] == 'marts' and node.config.meta.get('scope') == 'all'
    ) -%}
        {{ return(ours + ['table', 'view']) }}
    {%- endif -%}
    {{ return(ours) }}
{%- endmacro %}
