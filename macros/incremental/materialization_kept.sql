{#- A table of which later runs replace what changed. Its meta names a scope:
    - `visitor`, `person`, `event`, `conversion`: rows of changed keys go, and what was
      computed of them comes; never a row of any other key;
    - `own`: rows come that were not there, by the columns that meta.key names;
    - `log`: rows come;
    - `all`: the table is made anew, if anything changed that it is made of;
    - `run`: the table holds what one run hands to itself.
    What was defined otherwise is filled anew instead. With the rows, in one transaction,
    goes what they are made of (`record_state`). Where nothing came, nothing is asked of
    the engine at all. -#}
{% materialization kept, default, supported_languages=['sql', 'python'] -%}
    {%- set held = load_cached_relation(this) -%}
    {%- set scope = model.config.meta.scope -%}
    {%- if is_left_alone(held) -%}
        {%- if scope == 'log' -%} {%- do note_sources() -%} {%- endif -%}
        {{ return(leave_alone(held)) }}
    {%- elif model.language == 'python' -%}
        {#- dbt lets Python run from a materialization alone, and from nothing that one
            calls. -#}
        {%- set made = make_intermediate_relation(this.incorporate(type='table')) -%}
        {%- do drop_relation_if_exists(load_cached_relation(made)) -%}
        {{ run_hooks(pre_hooks, inside_transaction=False) }}
        {{ run_hooks(pre_hooks, inside_transaction=True) }}
        {%- call statement('main', language='python') -%}
            {{- create_table_as(False, made, compiled_code, 'python') -}}
        {%- endcall -%}
        {{ return(put_in_place(made, held)) }}
    {%- elif not is_filled_in_place(held) -%}
        {%- if is_replaced_at_once(held, 'table') -%}
            {{ return(made_at_once(held, 'table')) }}
        {%- endif -%}
        {%- set table = context.get(
            'materialization_table_' ~ adapter.type(),
            context['materialization_table_default']
        ) -%}
        {{ return(table()) }}
    {%- endif -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set computed = make_temp_relation(target_relation)
        .include(database=false, schema=false) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do run_query(create_table_as(True, computed, compiled_code)) -%}
    {%- if scope == 'log' -%}
        {%- if not run_query('select 1 from ' ~ computed ~ ' limit 1').rows -%}
            {%- do run_query('drop table ' ~ computed) -%}
            {%- do note_sources() -%}
            {{ return(leave_alone(held)) }}
        {%- endif -%}
        {%- do tell_retractions(computed) -%}
    {%- elif scope == 'all' and is_same(target_relation, computed) -%}
        {%- do run_query('drop table ' ~ computed) -%}
        {%- do increment().nodes[model.unique_id].update({'is_same': true}) -%}
        {{ run_hooks(post_hooks, inside_transaction=True) }}
        {%- do adapter.commit() -%}
        {{ return(leave_alone(held)) }}
    {%- endif -%}
    {%- call statement('main') -%} {{ replacement(target_relation, computed) }} {%- endcall -%}
    {%- do run_query('drop table ' ~ computed) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{#- Whether rows go from and come into the table that is there. A table that is made anew
    as a whole is put in the place of the old one, but where it may turn out to hold the
    same, and on Postgres, where views would go with that until their own turn. -#}
{% macro is_filled_in_place(held) -%}
    {%- set plan = increment() -%}
    {%- set planned = plan.nodes[model.unique_id] -%}
    {%- if planned.scope == 'all' -%}
        {{ return(
            (planned.is_outside or drops_views_of_tables())
            and held is not none and held.is_table
            and not is_refreshed(model) and not reads_a_part()
            and plan.states.get(model.name, {}).definition == planned.definition
        ) }}
    {%- endif -%}
    {{ return(planned.scope != 'run' and not is_whole()) }}
{%- endmacro %}

{#- Makes a table or view in the place of the one that is held, in one transaction, and
    gives what a materialization has to return. -#}
{% macro made_at_once(held, type) -%}
    {%- set made = this.incorporate(type=type) -%}
    {%- do drop_relation_if_exists(
        load_cached_relation(make_backup_relation(made, type))
    ) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if held is not none -%}
        {%- call statement() -%} drop {{ type }} {{ held }} {%- endcall -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {{- get_create_table_as_sql(False, made, compiled_code) if type == 'table'
            else get_create_view_as_sql(made, compiled_code) -}}
    {%- endcall -%}
    {%- if type == 'table' -%} {%- do create_indexes(made) -%} {%- endif -%}
    {%- do apply_grants(
        made, config.get('grants'), should_revoke=should_revoke(held, true)
    ) -%}
    {%- do persist_docs(made, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [made]}) }}
{%- endmacro %}

{#- Whether a table holds what was computed for it, row by row: then nothing that is made of
    it changes. Asked of what stands outside of the log alone, which is small. -#}
{% macro is_same(held, computed) -%}
    {%- if not increment().nodes[model.unique_id].is_outside -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set names = adapter.get_columns_in_relation(held)
        | map(attribute='quoted') | join(', ') -%}
    {%- set sides = [
        'select ' ~ names ~ ' from ' ~ held, 'select ' ~ names ~ ' from ' ~ computed
    ] -%}
    {{ return(not run_query(
        'select 1 from ((' ~ sides | join(' except all ') ~ ') union all ('
        ~ sides | reverse | join(' except all ') ~ ')) as changed limit 1'
    ).rows) }}
{%- endmacro %}

{#- The statements that put computed rows in the place of those of changed keys. -#}
{% macro replacement(target_relation, computed) -%}
    {%- set names = adapter.get_columns_in_relation(target_relation)
        | map(attribute='quoted') | join(', ') -%}
    {%- set replaced = replaced_keys(computed) -%}
    {%- set keys = replaced.columns | join(', ') -%}
    {%- set changed = replaced.changed -%}
    {%- if changed %}
    delete from {{ target_relation }}
    where ({{ keys }}) in ({{ changed }});
    {%- endif %}
    {%- if replaced.gone %}
    -- And those of conversions that are no more.
    delete from {{ target_relation }}
    where {{ replaced.gone }};
    {%- endif %}
    insert into {{ target_relation }} ({{ names }})
    select {{ names }} from {{ computed }}
    {%- if changed %}
    where ({{ keys }}) in ({{ changed }})
    {%- endif %}
{%- endmacro %}

{#- Which rows a run replaces: the columns of their keys, none where rows are only added; a
    select of the keys that changed; and a condition of those that are no more. -#}
{% macro replaced_keys(computed) -%}
    {%- set scope = model.config.meta.scope -%}
    {%- if scope == 'log' -%}
        {{ return({'columns': [], 'changed': none, 'gone': none}) }}
    {%- elif scope == 'all' -%}
        {{ return({'columns': ['1'], 'changed': 'select 1', 'gone': none}) }}
    {%- elif scope == 'own' -%}
        {%- set keys = model.config.meta.key -%}
        {{ return({
            'columns': keys,
            'changed': 'select ' ~ keys | join(', ') ~ ' from ' ~ computed,
            'gone': none,
        }) }}
    {%- endif -%}
    {%- set keys = scope_keys()[scope] -%}
    {%- set gone -%}
        person_id in (select person_id from {{ footfall_relation('int_persons__changed') }})
        and conversion_id not in (
            select conversion_id
            from {{ footfall_relation('int_conversions__explained') }}
        )
    {%- endset -%}
    {{ return({
        'columns': keys.columns,
        'changed': changed_keys(scope, footfall_relation(keys.of)),
        'gone': gone if scope == 'conversion' else none,
    }) }}
{%- endmacro %}

{#- Ends a materialization by giving a table that was made the place and name of the one
    that was held. -#}
{% macro put_in_place(made, held) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set backup = make_backup_relation(target_relation, held.type if held else 'table') -%}
    {%- do drop_relation_if_exists(load_cached_relation(backup)) -%}
    {%- if held -%} {%- do adapter.rename_relation(held, backup) -%} {%- endif -%}
    {%- do adapter.rename_relation(made, target_relation) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target_relation, model) -%}
    {%- do adapter.commit() -%}
    {%- do drop_relation_if_exists(backup) -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmacro %}

{#- Ends a materialization without a statement. A run that was killed may have left what
    it was about to throw away. -#}
{% macro leave_alone(held) -%}
    {%- call noop_statement('main', 'UNCHANGED', 'UNCHANGED', 0) -%}
        -- nothing came
    {%- endcall -%}
    {%- do drop_relation_if_exists(
        load_cached_relation(make_backup_relation(held, 'table'))
    ) -%}
    {{ return({'relations': [held]}) }}
{%- endmacro %}

{#- Whether all that a kept table is made of is as it was when it was made. -#}
{% macro is_left_alone(held) -%}
    {%- if not keeps_rows() -%} {{ return(false) }} {%- endif -%}
    {%- set plan = increment() -%}
    {%- set planned = plan.nodes[model.unique_id] -%}
    {%- set state = plan.states.get(model.name) -%}
    {%- if held is none or not held.is_table or is_refreshed(model) -%}
        {{ return(false) }}
    {#- What a part of the events says, says nothing of what there is. -#}
    {%- elif reads_a_part() -%}
        {{ return(true) }}
    {%- elif planned.scope == 'log' -%}
        {{ return(not planned.refill_reason and not plan.get('is_arriving', true)) }}
    {#- What adds rows of its own may find some outside of the log. -#}
    {%- elif planned.scope == 'own' and planned.is_outside -%}
        {{ return(false) }}
    {%- elif planned.scope == 'run' or planned.is_kept -%}
        {{ return(not is_whole() and not has_news()) }}
    {%- elif planned.is_outside or not state or state.definition != planned.definition
        or state.taken_number != taken_number(planned) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- for name in planned.sources
        if plan.states.get(plan.nodes[name].name, {}).filled_number | default(0)
        > state.filled_number -%}
        {{ return(false) }}
    {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}

{#- The relation of a model of this project, by the model's name. -#}
{% macro footfall_relation(name) -%}
    {%- for node in graph.nodes.values()
        if node.name == name and node.package_name == 'footfall' -%}
        {{ return(relation_of(node)) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}
