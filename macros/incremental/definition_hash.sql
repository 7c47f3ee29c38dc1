{#- A hash of what a model means: its SQL and columns, those of all it is made of, the
    rules, and the vars. It is kept with every row, so that two definitions never mix. -#}
{% macro definition_hash(node=none) -%}
    {%- if 'nodes' not in graph -%} {{ return('') }} {%- endif -%}
    {%- set said = [] -%}
    {%- for name, described in described_vars().items()
        if name not in late_vars() + asked_vars() + ['sources'] -%}
        {#- JSON knows no date, and YAML makes one of what has no quotes. -#}
        {%- set value = var(name) | string if described.kind == 'date' else var(name) -%}
        {%- do said.append(name ~ '=' ~ tojson(value, sort_keys=true)) -%}
    {%- endfor -%}
    {#- Not where a source's input is: what is in it is counted instead. Whether there is
        one does change what the others mean. -#}
    {%- for name, source in sources().items() -%}
        {%- set places = preset_meta(source.preset, 'inputs') | list
            | reject('in', preset_meta(source.preset, 'options')) | list -%}
        {%- for option, value in source.items() if option not in ['events', 'spend'] -%}
            {%- do said.append(
                name ~ '.' ~ option ~ '='
                ~ ((value is not none) if option in places
                    else tojson(value, sort_keys=true))
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for ancestor in ancestors(node or model) -%}
        {%- set types = [] -%}
        {%- for column in ancestor.columns.values() -%}
            {%- do types.append(
                column.name ~ ' ' ~ column.data_type ~ ' ' ~ origin_of(column)
            ) -%}
        {%- endfor -%}
        {%- do said.append(
            ancestor.name ~ '=' ~ ancestor.checksum.checksum ~ types | join(',')
        ) -%}
    {%- endfor -%}
    {{ return(local_md5(said | sort | join('\n'))) }}
{%- endmacro %}

{#- The vars by which a run may stop, or is not published, and which no row goes by. -#}
{% macro asked_vars() -%}
    {{ return(['accepted_share_limit', 'publish_fall_limit', 'unread_share_limit']) }}
{%- endmacro %}

{#- The vars that only tables made whole depend on, so that no stored row goes by them. -#}
{% macro late_vars() -%}
    {{ return(['attribution_counts_non_converting']) }}
{%- endmacro %}

{#- A model, the models and the rules that it is made of. It waits for the gate, but is
    not made of it. -#}
{% macro ancestors(node) -%}
    {%- set found = {} -%}
    {%- set open = [node.unique_id] -%}
    {%- for _ in graph.nodes if open -%}
        {%- set name = open.pop() -%}
        {%- set ancestor = graph.nodes.get(name) -%}
        {%- if ancestor and name not in found
            and 'gate' not in ancestor.tags
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

{#- Stops a run that would add to rows of another definition, or to rows that a full
    refresh was about to replace when it died. One row tells of all: two definitions
    never met in a relation. What files say is told apart by the files' versions. -#}
{% macro assert_definition() -%}
    {%- set oldest = oldest_batch() if execute else 0 -%}
    {%- for node in (graph.nodes.values() if execute else [])
        if node.config.materialized == 'incremental'
        and 'file_version' not in node.columns -%}
        {%- set held = stored(node.name) -%}
        {%- if held is not none -%}
            {%- set columns = adapter.get_columns_in_relation(held) -%}
            {%- set names = columns | map(attribute='name') | list -%}
            {%- set hashes = [none] -%}
            {%- if 'definition_hash' in names -%}
                {%- set hashes = run_query(
                    'select definition_hash from ' ~ held ~ ' limit 1'
                ).columns[0].values() -%}
            {%- endif -%}
            {%- for hash in hashes if hash != definition_hash(node) -%}
                {%- do stop_run(
                    node.name ~ ' was built by other rules, settings or SQL than those'
                    ~ ' of now, and adding to it would mix the two: run dbt build'
                    ~ ' --full-refresh.'
                ) -%}
            {%- endfor -%}
            {#- What events are judged by is made before them, and has no number. -#}
            {%- if hashes and 'batch_number' in names
                and (oldest is none or taken_in(held) < oldest) -%}
                {%- do stop_run(
                    node.name ~ ' holds rows that a full refresh was to replace, but'
                    ~ ' that run ended before: run dbt build --full-refresh.'
                ) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- The lowest batch of which there are events, none where no events are stored. -#}
{% macro oldest_batch() -%}
    {%- set held = stored('int_events__classified') -%}
    {%- if held is none -%} {{ return(none) }} {%- endif -%}
    {{ return(
        run_query('select min(batch_number) from ' ~ held).columns[0].values()[0]
    ) }}
{%- endmacro %}
