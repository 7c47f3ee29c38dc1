{#- A table that is made anew only if something it is made of has changed since. Which
    state that was is written down in the transaction that puts the table in its place,
    so a run that dies leaves either both or neither; the table before it, which such a
   run may also leave, goes with the next. -#}
{% materialization rebuilt, default -%}
    {%- set held = load_cached_relation(this) -%}
    {%- set state = state_of(model) -%}
    {%- if held is not none and held.is_table and not should_full_refresh()
        and state is not none and state == recorded_state(model) -%}
        {%- call noop_statement('main', 'UNCHANGED', 'UNCHANGED', 0) -%}
            -- {{ state }}
        {%- endcall -%}
        {%- do drop_relation_if_exists(
            load_cached_relation(make_backup_relation(held, 'table'))
        ) -%}
        {{ return({'relations': [held]}) }}
    {%- endif -%}
    {%- set table = context.get(
        'materialization_table_' ~ adapter.type(), context['materialization_table_default']
    ) -%}
    {{ return(table()) }}
{%- endmaterialization %}
