{#- Whether an event arrived in an hour of which the source delivers another number than
    the screened events hold. Arrival is checked, not trusted: rows may land with a
    received_at behind the latest one. The hours stand in the SQL as literals, so that
    the engine can skip what lies outside, and in few ranges, since it may look at each
    for every row. Hours between two changed hours of a day are read again; that is
    harmless. -#}
{% macro is_arriving() -%}
    {%- if model.resource_type == 'unit_test' -%} {{ return('true') }} {%- endif -%}
    {%- set counted = ref('int_arrivals__counted') -%}
    {%- if stored('int_events__classified') is none -%} {{ return('true') }} {%- endif -%}
    {%- set day = modules.datetime.timedelta(days=1) -%}
    {%- set ranges = [] -%}
    {%- for source, hour, delivered_count, held_count in run_query(
        'select source_name, received_hour, delivered_count, held_count from '
        ~ counted ~ ' order by source_name, received_hour'
    ).rows -%}
        {%- if delivered_count < held_count -%}
            {%- do stop_run(
                'the source ' ~ source ~ ' now has ' ~ delivered_count ~ ' events that'
                ~ ' arrived in the hour of ' ~ hour ~ ', where ' ~ held_count
                ~ ' were taken in before; if they are meant to be gone, run dbt build'
                ~ ' --full-refresh.'
            ) -%}
        {%- endif -%}
        {%- set last = ranges[-1] if ranges else none -%}
        {%- if hour is none or last is none or last.start is none
            or last.source != source or hour - last.hour > day -%}
            {%- do ranges.append({'source': source, 'start': hour}) -%}
        {%- endif -%}
        {%- do ranges[-1].update({'hour': hour}) -%}
    {%- endfor -%}
    {%- set conditions = [] -%}
    {%- for range in ranges -%}
        {%- if range.start is none -%}
            {%- do conditions.append(
                '(source_name = ' ~ sql_literal(range.source)
                ~ ' and received_at is null)'
            ) -%}
        {%- else -%}
            {%- do conditions.append(
                '(source_name = ' ~ sql_literal(range.source)
                ~ ' and received_at between timestamp ' ~ sql_literal(range.start)
                ~ ' and timestamp ' ~ sql_literal(range.hour.replace(
                    minute=59, second=59, microsecond=999999
                )) ~ ')'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return('(' ~ conditions | join(' or ') ~ ')' if conditions else 'false') }}
{%- endmacro %}
