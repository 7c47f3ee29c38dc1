{#- A hash of what the incremental models mean: their SQL and columns, those of the
    models they are made of, the rules, and the vars. It is kept with every row, so that
    two definitions never mix. -#}
{% macro definition_hash() -%}
    {%- if 'nodes' not in graph -%} {{ return('') }} {%- endif -%}
    {%- set said = [] -%}
    {%- for name in [
        'enabled_sources', 'generic_columns', 'future_tolerance_minutes',
        'event_age_limit_days', 'accept_bots', 'accept_unknown_consent',
        'session_timeout_minutes', 'session_timeout_minutes_by_platform',
        'session_timeout_is_inclusive', 'session_splits_at_midnight',
        'session_splits_on_campaign_change', 'session_splits_on_user_change',
        'session_end_events', 'session_limit_minutes', 'session_limit_events',
        'engaged_pause_limit_seconds', 'reporting_timezone',
    ] -%}
        {%- do said.append(name ~ '=' ~ tojson(var(name), sort_keys=true)) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and (
            node.fqn[1] == 'staging' or node.fqn[2] in ['events', 'sessions']
            or node.name == 'fct_page_views'
        ) or node.name in ['bot_rules', 'event_rules', 'internal_traffic'] -%}
        {%- set types = [] -%}
        {%- for column in node.columns.values() -%}
            {%- do types.append(column.name ~ ' ' ~ column.data_type) -%}
        {%- endfor -%}
        {%- do said.append(
            node.name ~ '=' ~ node.checksum.checksum ~ types | join(',')
        ) -%}
    {%- endfor -%}
    {{ return(local_md5(said | sort | join('\n'))) }}
{%- endmacro %}

{#- Stops a run that would add to rows of another definition. -#}
{% macro assert_definition() -%}
    {%- for name in [
        'int_events__classified', 'int_events__sessionized',
        'int_sessions__aggregated', 'fct_page_views',
    ] -%}
        {%- set held = stored(name) -%}
        {%- if held is not none -%}
            {%- set columns = adapter.get_columns_in_relation(held) -%}
            {%- set hashes = [none] -%}
            {%- if 'definition_hash' in columns | map(attribute='name') -%}
                {%- set hashes = run_query(
                    'select distinct definition_hash from ' ~ held
                ).columns[0].values() -%}
            {%- endif -%}
            {%- for hash in hashes if hash != definition_hash() -%}
                {%- do stop_run(
                    name ~ ' was built by other rules, settings or SQL than those of'
                    ~ ' now, and adding to it would mix the two: run dbt build'
                    ~ ' --full-refresh.'
                ) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
