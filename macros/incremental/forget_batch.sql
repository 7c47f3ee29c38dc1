{#- The hook at the end of a run: where its events could not be stored, the verdicts on
    their visitors go too, which were stored before them. All are found anew by the next
    run. Where no event is stored yet, nothing of the run's rules stays at all. -#}
{% macro forget_batch() -%}
    {%- for result in (results or [] if execute else [])
        if result.node.name == 'int_events__classified' and result.status == 'error' -%}
        {%- set names = ['int_visitors__clocked'] -%}
        {%- if relation_named('int_events__classified') is none -%}
            {%- do names.extend(
                ['int_user_agents__classified', 'int_hosts__registered']
            ) -%}
        {%- endif -%}
        {%- for name in names if relation_named(name) is not none -%}
            {%- call statement(auto_begin=true) -%}
                drop table {{ relation_named(name) }} cascade
            {%- endcall -%}
            {%- do adapter.commit() -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
