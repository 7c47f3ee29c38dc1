{#- The same on Spark, which holds no two statements together: each of these leaves a table
    as it was before it or after it, and no run that was killed in between leaves what a
    later one takes for done.
    - Rows of changed keys are replaced by one MERGE, and the state is written after it.
      Between the two the table is ahead of its state: the next run replaces the rows of
      the same keys again, by the same ones.
    - The log finds out by itself which rows it lacks, so none comes twice; but it may be
      ahead of its state with nothing to add.
    - What is made anew is forgotten before.
    Without tables of Iceberg each run makes each anew. -#}
{% materialization kept, adapter='spark', supported_languages=['sql'] -%}
    {%- set held = load_cached_relation(this) -%}
    {%- set scope = model.config.meta.scope -%}
    {%- set is_ahead = is_ahead_of_state(held) -%}
    {%- if is_left_alone(held) and not is_ahead -%}
        {{ return(leave_alone(held)) }}
    {%- elif not keeps_rows() or not is_filled_in_place(held) -%}
        {{ return(made_anew(held)) }}
    {%- endif -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set computed = target_relation.incorporate(
        path={'identifier': this.identifier ~ '__computed'}
    ) -%}
    {{ run_hooks(pre_hooks) }}
    {#- A view would be computed again by whoever asks it. -#}
    {%- call statement() -%} drop table if exists {{ computed }} {%- endcall -%}
    {%- call statement() -%}
        create table {{ computed }} {{ file_format_clause() }} as {{ compiled_code }}
    {%- endcall -%}
    {%- set is_empty = scope == 'log'
        and not run_query('select 1 as one from ' ~ computed ~ ' limit 1').rows -%}
    {%- if is_empty or scope == 'all' and is_same(target_relation, computed) -%}
        {%- call statement() -%} drop table {{ computed }} {%- endcall -%}
        {%- if scope == 'all' -%}
            {%- do increment().nodes[model.unique_id].update({'is_same': true}) -%}
        {%- endif -%}
        {%- if scope == 'all' or is_ahead -%} {{ run_hooks(post_hooks) }} {%- endif -%}
        {{ return(leave_alone(held)) }}
    {%- elif scope == 'all' -%}
        {%- call statement() -%} drop table {{ computed }} {%- endcall -%}
        {{ return(made_anew(held)) }}
    {%- endif -%}
    {%- if scope == 'log' -%} {%- do tell_retractions(computed) -%} {%- endif -%}
    {%- call statement('main') -%} {{ merge_of(target_relation, computed) }} {%- endcall -%}
    {%- call statement() -%} drop table {{ computed }} {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{#- Makes a table anew. One that is defined otherwise goes before: not every engine
    replaces a table of Iceberg by one of other columns. -#}
{% macro made_anew(held) -%}
    {%- if keeps_rows() and held -%}
        {%- set plan = increment() -%}
        {%- set recorded = plan.states.get(model.name, {}).definition -%}
        {%- do forget_state() -%}
        {%- if recorded != plan.nodes[model.unique_id].definition -%}
            {%- do adapter.drop_relation(held) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(materialization_table_spark()) }}
{%- endmacro %}

{#- Whether the log got rows from a run that ended before it could say so. -#}
{% macro is_ahead_of_state(held) -%}
    {%- set plan = increment() if keeps_rows() else {} -%}
    {%- if not held or not plan or model.config.meta.scope != 'log'
        or plan.nodes[model.unique_id].refill_reason or reads_a_part() -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(
        run_query('select max(batch_number) as last_number from ' ~ held)
        .rows[0][0] | int > plan.states[model.name].taken_number
    ) }}
{%- endmacro %}

{#- The one statement that puts computed rows in the place of those of changed keys. A key
    that goes and a row that comes are rows of the same side, since a MERGE asks of one
    side what to do with the other. -#}
{% macro merge_of(target_relation, computed) -%}
    {%- set names = adapter.get_columns_in_relation(target_relation)
        | map(attribute='quoted') | list -%}
    {%- set replaced = replaced_keys(computed) -%}
    {%- set listed = names | join(', ') -%}
    {%- if not replaced.changed -%}
        insert into {{ target_relation }} ({{ listed }})
        select {{ listed }} from {{ computed }}
    {%- else -%}
        {%- set keys = replaced.columns | join(', ') -%}
        {%- set pairs = [] -%}
        {%- set places = [] -%}
        {%- for column in replaced.columns -%}
            {%- do pairs.append('held.' ~ column ~ ' = changes.' ~ column) -%}
            {%- do places.append(adapter.quote(column)) -%}
        {%- endfor -%}
        merge into {{ target_relation }} as held
        using (
            select
                'comes' as change,
                {{ listed }}
            from {{ computed }}
            where ({{ keys }}) in ({{ replaced.changed }})

            union all

            select distinct
                'goes' as change
                {%- for name in names %},
                    {{ name if name in places else 'null' }} as {{ name }}
                {%- endfor %}
            from (
                {{ replaced.changed }}
                {%- if replaced.gone %}
                union all
                select {{ keys }} from {{ target_relation }} where {{ replaced.gone }}
                {%- endif %}
            ) as going
        ) as changes
            on
                changes.change = 'goes'
                and {{ pairs | join(' and ') }}
        when matched then delete
        when not matched and changes.change = 'comes'
            then insert ({{ listed }})
            values (changes.{{ names | join(', changes.') }})
    {%- endif -%}
{%- endmacro %}
