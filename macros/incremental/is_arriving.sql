{#- Whether an event arrived in an hour of which the source delivers another number than
    the log holds. Arrival is checked, not trusted: rows may land with a received_at
    behind the latest one. The hours stand in the SQL as literals, so that the engine can
    skip what lies outside, and in few ranges, since it may look at each for every row.
    Hours between two changed hours of a day are read again; that is harmless. -#}
{% macro is_arriving() -%}
    {%- if model.resource_type == 'unit_test' -%} {{ return('true') }} {%- endif -%}
    {%- set delivered = ref('int_events__unioned') -%}
    {%- if not execute or is_whole() -%} {{ return('true') }} {%- endif -%}
    {#- Of what a run does not look at nothing came, and nothing went. -#}
    {%- if reads_a_part() -%} {{ return('false') }} {%- endif -%}
    {%- set day = modules.datetime.timedelta(days=1) -%}
    {%- set ranges = [] -%}
    {%- for source, hour, delivered_count, held_count in changed_hours(delivered) -%}
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
    {%- do increment().update({'is_arriving': conditions != []}) -%}
    {{ return('(' ~ conditions | join(' or ') ~ ')' if conditions else 'false') }}
{%- endmacro %}

{#- Source, hour, number of events delivered and held, of each hour of arrival of which
    they differ; a row that was taken back is held no more. -#}
{% macro changed_hours(delivered) -%}
    {%- set hour = dbt.date_trunc('hour', 'received_at') -%}
    {%- set query -%}
        select
            source_name,
            received_hour,
            cast(sum(delivered_count) as bigint) as delivered_count,
            cast(sum(held_count) as bigint) as held_count
        from (
            select
                source_name,
                {{ hour }} as received_hour,
                count(*) as delivered_count,
                0 as held_count
            from {{ delivered }}
            group by source_name, {{ hour }}

            union all

            select
                source_name,
                {{ hour }} as received_hour,
                0 as delivered_count,
                sum(case when retracted_number is null then 1 else -1 end) as held_count
            from {{ this }}
            group by source_name, {{ hour }}
        ) as counted
        group by source_name, received_hour
        having sum(delivered_count) <> sum(held_count)
        order by source_name, received_hour
    {%- endset -%}
    {{ return(run_query(query).rows) }}
{%- endmacro %}
