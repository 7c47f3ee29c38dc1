{#- Whether is_history_complete of a stored session of the visitor is another now: an earlier
    first event of the source touches sessions of visitors that nothing else does. -#}
{% macro is_history_moved() -%}
    {%- if model.resource_type == 'unit_test' -%} {{ return('true') }} {%- endif -%}
    {%- set started = ref('int_sources__started') -%}
    {%- set identified = ref('int_visitors__identified') -%}
    {%- set held = stored('fct_sessions') -%}
    {%- if held is none -%} true
    {%- elif taken_in(stored('int_events__classified')) <= taken_in(held) -%} false
    {%- else -%}
        (source_name, visitor_id) in (
            select
                held.source_name,
                held.visitor_id
            from {{ held }} as held
            inner join {{ started }} as sources
                on held.source_name = sources.source_name
            inner join {{ identified }} as visitors
                on
                    held.source_name = visitors.source_name
                    and held.visitor_id = visitors.visitor_id
            where
                held.is_history_complete
                <> {{ is_history_complete(
                    'held.started_at',
                    'sources.history_started_at',
                    'visitors.told_first_seen_at'
                ) }}
        )
    {%- endif -%}
{%- endmacro %}
