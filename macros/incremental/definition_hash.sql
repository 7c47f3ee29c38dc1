{#- A hash of what a model means: its SQL and columns, those of all it is made of, the
    rules, and the vars. It is kept with every row, so that two definitions never mix. -#}
{% macro definition_hash(node=none) -%}
    {%- if 'nodes' not in graph -%} {{ return('') }} {%- endif -%}
    {%- set said = [] -%}
    {%- for name in [
        'enabled_sources', 'generic_columns', 'future_tolerance_minutes',
        'event_age_limit_days', 'accept_bots', 'accept_unknown_consent',
        'session_timeout_minutes', 'session_timeout_minutes_by_platform',
        'session_timeout_is_inclusive', 'session_splits_at_midnight',
        'session_splits_on_campaign_change', 'session_splits_on_user_change',
        'session_end_events', 'session_limit_minutes', 'session_limit_events',
        'engaged_session_seconds', 'engaged_pause_limit_seconds',
        'reporting_timezone', 'channel_preset', 'internal_hosts',
        'last_non_direct_lookback_days', 'attribution_lookback_days',
        'attribution_resets_after_conversion', 'attribution_half_life_days',
        'attribution_direct', 'attribution_path', 'reporting_currency',
    ] -%}
        {%- do said.append(name ~ '=' ~ tojson(var(name), sort_keys=true)) -%}
    {%- endfor -%}
    {%- for ancestor in ancestors(node or model) -%}
        {%- set types = [] -%}
        {%- for column in ancestor.columns.values() -%}
            {%- do types.append(column.name ~ ' ' ~ column.data_type) -%}
        {%- endfor -%}
        {%- do said.append(
            ancestor.name ~ '=' ~ ancestor.checksum.checksum ~ types | join(',')
        ) -%}
    {%- endfor -%}
    {{ return(local_md5(said | sort | join('\n'))) }}
{%- endmacro %}

{#- A model, the models and the rules that it is made of. -#}
{% macro ancestors(node) -%}
    {%- set found = {} -%}
    {%- set open = [node.unique_id] -%}
    {%- for _ in graph.nodes if open -%}
        {%- set name = open.pop() -%}
        {%- set ancestor = graph.nodes.get(name) -%}
        {%- if ancestor and name not in found
            and (ancestor.resource_type == 'model' or 'rules' in ancestor.tags) -%}
            {%- do found.update({name: ancestor}) -%}
            {%- do open.extend(
                ancestor.depends_on.get('nodes', [])
                | reject('in', found) | reject('in', open)
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found.values() | list) }}
{%- endmacro %}

{#- Stops a run that would add to rows of another definition. -#}
{% macro assert_definition() -%}
    {%- for node in (graph.nodes.values() if execute else [])
        if node.config.materialized == 'incremental' -%}
        {%- set held = stored(node.name) -%}
        {%- if held is not none -%}
            {%- set columns = adapter.get_columns_in_relation(held) -%}
            {%- set hashes = [none] -%}
            {%- if 'definition_hash' in columns | map(attribute='name') -%}
                {%- set hashes = run_query(
                    'select distinct definition_hash from ' ~ held
                ).columns[0].values() -%}
            {%- endif -%}
            {%- for hash in hashes if hash != definition_hash(node) -%}
                {%- do stop_run(
                    node.name ~ ' was built by other rules, settings or SQL than those'
                    ~ ' of now, and adding to it would mix the two: run dbt build'
                    ~ ' --full-refresh.'
                ) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
