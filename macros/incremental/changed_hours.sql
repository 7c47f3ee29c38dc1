{#- The hours of arrival of which another number of events is delivered than held, those
    of a day as one range. Fewer are a loss, unless the source says that its rows may go. -#}
{% macro changed_ranges(delivered) -%}
    {%- set day = modules.datetime.timedelta(days=1) -%}
    {%- set ranges = [] -%}
    {%- for source, hour, delivered_count, held_count in changed_hours(delivered) -%}
        {%- set when_gone = sources().get(source, {}).when_rows_go or 'stop' -%}
        {%- if source not in sources() -%}
            {%- do stop_run(
                'the log holds events of the source ' ~ source ~ ', which the var sources'
                ~ ' no longer names: name it again, or run dbt build --full-refresh to go'
                ~ ' on without it.'
            ) -%}
        {%- elif delivered_count < held_count and when_gone == 'stop' -%}
            {%- do stop_run(
                'the source ' ~ source ~ ' now has ' ~ delivered_count ~ ' events that'
                ~ ' arrived in the hour of ' ~ hour ~ ', where ' ~ held_count
                ~ ' were taken in before: if they are meant to be gone, give the source'
                ~ ' when_rows_go: remove, or keep to hold what it no longer has.'
            ) -%}
        {%- endif -%}
        {%- if delivered_count or when_gone != 'keep' -%}
            {%- set last = ranges[-1] if ranges else none -%}
            {%- if hour is none or last is none or last.start is none
                or last.source != source or hour - last.hour > day -%}
                {%- do ranges.append({'source': source, 'start': hour}) -%}
            {%- endif -%}
            {%- do ranges[-1].update({'hour': hour}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(ranges) }}
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
            where {{ is_counted() }}
            group by source_name, {{ hour }}

            union all

            select
                source_name,
                {{ hour }} as received_hour,
                0 as delivered_count,
                sum(case when retracted_number is null then 1 else -1 end) as held_count
            from {{ this }}
            where {{ is_counted() }}
            group by source_name, {{ hour }}
        ) as counted
        group by source_name, received_hour
        having sum(counted.delivered_count) <> sum(counted.held_count)
        order by source_name, received_hour
    {%- endset -%}
    {{ return(run_query(query).rows) }}
{%- endmacro %}

{#- Whether a row is of a source of which it has to be counted what came, as a condition. -#}
{% macro is_counted() -%}
    {%- set known = [] -%}
    {%- for name, files in source_files().items() if files.is_as_read -%}
        {%- do known.append(name) -%}
    {%- endfor -%}
    {%- if is_whole() or not known -%} {{ return('true') }} {%- endif -%}
    {{ return(
        'source_name not in (' ~ text_list(known) ~ ')'
        if sources() | reject('in', known) | list + unnamed_sources() else 'false'
    ) }}
{%- endmacro %}

{#- Stops a run that would fill the log anew, since it is defined otherwise, from a source
    that no longer has all that the log holds: what is gone there would be gone here. Who
    asks for a full refresh means that. -#}
{% macro assert_nothing_lost(delivered) -%}
    {%- set plan = increment() -%}
    {%- set is_held = plan.states.get(model.name) and load_cached_relation(this)
        and not is_refreshed(model) and not reads_a_part() -%}
    {%- set counts = {} -%}
    {%- for source, _, delivered_count, held_count
        in (changed_hours(delivered) if is_held else []) -%}
        {%- set found = counts.setdefault(source, {'delivered': 0, 'held': 0}) -%}
        {%- do found.update({
            'delivered': found.delivered + delivered_count,
            'held': found.held + held_count,
        }) -%}
    {%- endfor -%}
    {%- for source, found in counts.items()
        if found.delivered < found.held
        and sources().get(source, {}).when_rows_go != 'remove' -%}
        {%- do stop_run(
            'all events have to be read anew since '
            ~ plan.nodes[model.unique_id].refill_reason ~ ', but the source ' ~ source
            ~ ' has ' ~ (found.held - found.delivered) ~ ' fewer than were taken in:'
            ~ ' bring them back, or run dbt build --full-refresh to go on with what there'
            ~ ' is.'
        ) -%}
    {%- endfor -%}
{%- endmacro %}
