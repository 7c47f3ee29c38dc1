{#- Stops a run with one sentence that names the var to mend, before it writes. -#}
{% macro assert_settings() -%}
    {%- if concerns_footfall() -%}
        {%- do assert_names() -%}
        {#- Who clones ours may add models of any kind to it. -#}
        {%- if project_name != 'footfall' -%} {%- do assert_configs() -%} {%- endif -%}
        {%- do assert_vars() -%}
        {%- do assert_event_names() -%}
        {%- do assert_files() -%}
        {%- do assert_sources() -%}
    {%- endif -%}
{%- endmacro %}

{#- Whether a run has to do with this project's nodes. As a package it is one of several:
    a run of a host's own models is none of its business. -#}
{% macro concerns_footfall() -%}
    {%- if not execute -%} {{ return(false) }} {%- endif -%}
    {%- for unique_id in selected_resources -%}
        {%- if unique_id.split('.')[1] == 'footfall' -%} {{ return(true) }} {%- endif -%}
    {%- endfor -%}
    {{ return(not selected_resources) }}
{%- endmacro %}

{% macro stop_run(message) -%}
    {{ exceptions.raise_compiler_error('footfall: ' ~ message) }}
{%- endmacro %}

{#- A misspelt name would change nothing, and nobody would notice. Of vars dbt shows those of
    the command line, and of dbt_project.yml none: a seed's meta has ours. -#}
{% macro assert_names() -%}
    {%- do assert_new_form() -%}
    {%- set written = namespace(vars={}) -%}
    {%- for node in graph.nodes.values()
        if node.unique_id == 'seed.footfall.channels' -%}
        {%- set written.vars = node.config.meta.get('written_vars', {})['pre-hook'] or {}
        -%}
    {%- endfor -%}
    {%- set names = invocation_args_dict.get('vars', {}) | list -%}
    {%- set known = known_vars() -%}
    {%- for name, value in written.vars.items() if name not in known -%}
        {#- Those of one project or package may stand under its name. -#}
        {%- if value is mapping and name == 'footfall' -%}
            {%- do names.extend(value) -%}
        {%- elif value is not mapping or nearest_name(name, known) -%}
            {%- do names.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- In a project of somebody else's it may be one of theirs, unless it looks like ours. -#}
    {%- for name in names if name not in known
        and (project_name == 'footfall' or nearest_name(name, known)) -%}
        {%- do stop_run(
            'there is no var ' ~ name ~ '; ' ~ or_nearest(name, known, 'var')
        ) -%}
    {%- endfor -%}
{%- endmacro %}
