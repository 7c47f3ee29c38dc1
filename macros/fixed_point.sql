{#- A model that is some steps from the model which its meta calls start_model. They are
    repeated, each time from what the last time made, until nothing changes. Then the last
    two tables are equal, and the one of the model's own name stays. It is left
    alone like what is `kept`. -#}
{% materialization fixed_point, default, supported_languages=['sql'] %}
    {%- set unchanged = load_cached_relation(this) -%}
    {%- if is_left_alone(unchanged) -%}
        {{ return(leave_alone(unchanged)) }}
    {%- endif -%}
    {%- do forget_state() -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set start = ref('footfall', config.get('meta')['start_model']) -%}
    {%- set other = make_intermediate_relation(target, '__step') -%}
    {%- set steps = [target, other] -%}
    {%- for held in [load_cached_relation(this), other] -%}
        {%- do drop_relation_if_exists(held) -%}
    {%- endfor -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- call statement('main') -%}
        {{ get_create_table_as_sql(False, steps[0], sql) }}
    {%- endcall -%}
    {#- Far more than any funnel, limit or chain needs: who gets here has a loop without
        a way out. -#}
    {%- set turns = namespace(number=0, is_done=false) -%}
    {%- for _ in range(1000) if not turns.is_done -%}
        {%- set last = steps[turns.number % 2] -%}
        {%- set next = steps[(turns.number + 1) % 2] -%}
        {%- call statement() -%}
            {{ get_create_table_as_sql(False, next, sql | replace(start | string, last | string)) }}
        {%- endcall -%}
        {%- set changed = run_query(
            'select count(*) from (select * from ' ~ next ~ ' except select * from '
            ~ last ~ ') as changed'
        ).columns[0].values()[0] -%}
        {%- set turns.number = turns.number + 1 -%}
        {%- set turns.is_done = changed == 0 -%}
        {%- do drop_relation_if_exists(other if turns.is_done else last) -%}
    {%- endfor -%}
    {%- if not turns.is_done -%}
        {%- do stop_run(model.name ~ ' still changes after 1000 turns.') -%}
    {%- endif -%}

    {%- do persist_docs(target, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
