{#- Stops a run that would compute a model from what another run looked at. A passing
    relation holds what the batch of its own run touched, and its SQL what was stored
    then, so whoever reads it is run with it. A retry selects nothing by itself: what it
    lacks was made by the run that it goes on with. -#}
{% macro assert_whole_selection() -%}
    {%- for name in (selected_resources if execute and keeps_states() else []) -%}
        {%- set node = graph.nodes.get(name) -%}
        {%- for parent_name in (node.depends_on.nodes
            if flags.WHICH in ['run', 'build'] and node
            and node.resource_type == 'model' else []) -%}
            {%- set parent = graph.nodes.get(parent_name) -%}
            {%- if parent and 'passing' in parent.tags
                and parent_name not in selected_resources -%}
                {%- do stop_run(
                    node.name ~ ' reads ' ~ parent.name ~ ', which holds only what its'
                    ~ ' own run looked at, and is not selected: select +' ~ node.name
                    ~ ', or run dbt build.'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
