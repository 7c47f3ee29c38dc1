{#- Stops a run that would compute a model from what another run looked at. A passing
    relation holds what changed when it was made, so whoever reads it is run with it.
    `dbt retry` is exempt: the failed run made the parents, of what is still to be done. -#}
{% macro assert_whole_selection() -%}
    {%- set selected = selected_resources
        if concerns_footfall() and keeps_rows() and flags.WHICH in ['run', 'build']
        and not is_retry() else [] -%}
    {%- for parent in (graph.nodes.values() if selected else [])
        if is_marked(parent, 'passing') and parent.unique_id not in selected -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.unique_id in selected
            and parent.unique_id in node.depends_on.nodes -%}
            {%- do stop_run(
                node.name ~ ' reads ' ~ parent.name ~ ', which holds only what its'
                ~ ' own run looked at, and is not selected: select +' ~ node.name
                ~ ', or run dbt build.'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- Whether a model of this project has a tag by which its runs go: a host may call models
    of its own so. -#}
{% macro is_marked(node, tag) -%}
    {{ return(node.package_name == 'footfall' and tag in node.tags) }}
{%- endmacro %}
