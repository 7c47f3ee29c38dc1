{#- What a model is made of, as one text: its definition, the vars that are not in that
    since no stored row goes by them, and of each incremental model
    under it the rows and the last numbers. Between two states with the same numbers
    rows can only have gone. None for models over ad spend, which has no batch
    numbers. -#}
{% macro state_of(node) -%}
    {%- set found = [definition_hash(node)] -%}
    {%- for name in late_vars() -%}
        {%- do found.append(name ~ '=' ~ var(name)) -%}
    {%- endfor -%}
    {%- set seen = [] -%}
    {%- set open = node.depends_on.nodes | list -%}
    {%- for _ in graph.nodes if open -%}
        {%- set name = open.pop() -%}
        {%- set parent = graph.nodes.get(name) -%}
        {%- if parent and name not in seen and 'gate' not in parent.tags -%}
            {%- do seen.append(name) -%}
            {%- if parent.config.materialized == 'incremental'
                and parent.fqn[1] != 'staging' -%}
                {#- Rows without a number never change: there are only more of them. -#}
                {%- set asked = ['count(*)'] -%}
                {%- for number in ['batch_number', 'change_number']
                    if number in parent.columns -%}
                    {%- do asked.append('max(' ~ number ~ ')') -%}
                {%- endfor -%}
                {%- do found.append(name ~ '=' ~ run_query(
                    'select ' ~ asked | join(', ') ~ ' from '
                    ~ relation_named(parent.name)
                ).rows[0].values() | join(',')) -%}
            {%- elif parent.resource_type == 'model' and parent.fqn[1] != 'staging' -%}
                {%- do open.extend(parent.depends_on.nodes | reject('in', seen)) -%}
            {%- elif 'rules' not in parent.tags -%}
                {{ return(none) }}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(local_md5(found | sort | join('\n'))) }}
{%- endmacro %}

{#- The table of this model, if it was made of what there is now; none if it has to be
    made anew. With it goes the table before it, which a run that was killed may leave. -#}
{% macro left_alone() -%}
    {%- if not keeps_states() -%} {{ return(none) }} {%- endif -%}
    {%- set held = load_cached_relation(this) -%}
    {#- Asked first, since it is one query and the state of now takes several. -#}
    {%- set recorded = recorded_state(model) -%}
    {%- if held is none or not held.is_table or should_full_refresh()
        or not recorded or reads_a_part() or recorded != state_of(model) -%}
        {{ return(none) }}
    {%- endif -%}
    {%- call noop_statement('main', 'UNCHANGED', 'UNCHANGED', 0) -%}
        -- {{ recorded }}
    {%- endcall -%}
    {%- do drop_relation_if_exists(
        load_cached_relation(make_backup_relation(held, 'table'))
    ) -%}
    {{ return(held) }}
{%- endmacro %}

{#- Whether this run looks at no rows, or at a sample of them: what it makes says nothing
    of all there is. -#}
{% macro reads_a_part() -%}
    {{ return(flags.EMPTY or invocation_args_dict.get('sample')) }}
{%- endmacro %}

{#- The state that a model was last made of; none if it never was, and empty where
    nobody knows. -#}
{% macro recorded_state(node) -%}
    {%- set states = run_query(
        'select state from ' ~ states_relation() ~ ' where relation_name = '
        ~ sql_literal(node.name)
    ).columns[0].values() -%}
    {{ return(states[0] if states else none) }}
{%- endmacro %}

{% macro states_relation() -%}
    {#- Spark's target has no database. -#}
    {{ return(api.Relation.create(
        database=target.database or none, schema=target.schema,
        identifier='footfall_states'
    )) }}
{%- endmacro %}

{#- Whether any model is `rebuilt`: on Spark none is. -#}
{% macro keeps_states() -%}
    {{ return(
        graph.nodes.values()
        | selectattr('config.materialized', 'equalto', 'rebuilt') | list != []
    ) }}
{%- endmacro %}

{#- The hook that makes the place for states, before any model, and writes down which
    run is at work: what a run says of itself can then be told from another's, and a
    publish knows the run's limit. On Spark it stays empty, and only marks the schema as
    ours. -#}
{% macro prepare_states() -%}
    {%- if execute -%}
        {#- Committed here: a hook before this one may have begun what dbt rolls back. -#}
        {%- call statement(auto_begin=true) -%}
            create table if not exists {{ states_relation() }} (
                relation_name {{ dbt.type_string() }},
                state {{ dbt.type_string() }}
            )
        {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
    {%- if execute and keeps_states() -%}
        {%- call statement(auto_begin=true) -%}
            delete from {{ states_relation() }}
            where relation_name in ('last run', 'publish_fall_limit');
            insert into {{ states_relation() }} (relation_name, state)
            values
                ('last run', {{ sql_literal(invocation_id) }}),
                ('publish_fall_limit', {{ text_list([var('publish_fall_limit')]) }})
        {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{%- endmacro %}

{#- The hook that writes down what a table was made of, in the table's transaction. -#}
{% macro record_state() -%}
    {%- if execute and keeps_states()
        and model.config.materialized in ['rebuilt', 'fixed_point'] -%}
        delete from {{ states_relation() }}
        where relation_name = {{ sql_literal(model.name) }};
        insert into {{ states_relation() }} (relation_name, state)
        values (
            {{ sql_literal(model.name) }},
            {{ sql_literal('' if reads_a_part() else state_of(model) or '') }}
        )
    {%- endif -%}
{%- endmacro %}
