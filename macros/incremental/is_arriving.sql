{#- Whether an event arrived at a time of which the source may deliver other rows than the
    log holds. Arrival is checked, not trusted: rows may land with a received_at behind
    the latest one, and may be corrected or taken back later. Hours are counted, and the
    last days of each source are compared row by row. The times stand in the SQL as
    literals, so that the engine can skip what lies outside, and in few ranges, since it
    may look at each for every row. What is looked at again in vain is harmless: the log
    takes only what differs. -#}
{% macro is_arriving() -%}
    {%- if model.resource_type == 'unit_test' -%} {{ return('true') }} {%- endif -%}
    {%- set delivered = ref('footfall', 'int_events__unioned') -%}
    {%- if not execute -%} {{ return('true') }} {%- endif -%}
    {%- if is_whole() -%}
        {%- do assert_nothing_lost(delivered) -%}
        {{ return('true') }}
    {%- endif -%}
    {%- if reads_a_part() -%} {{ return('false') }} {%- endif -%}
    {%- set conditions = [] -%}
    {%- set compared = compared_days() -%}
    {%- for source, start in compared.items() -%}
        {%- do conditions.append(
            'source_name = ' ~ sql_literal(source)
            ~ (' and (received_at >= timestamp ' ~ sql_literal(start)
                ~ ' or received_at is null)' if start else '')
        ) -%}
    {%- endfor -%}
    {%- for range in changed_ranges(delivered) -%}
        {%- if range.start is none -%}
            {%- do conditions.append(
                'source_name = ' ~ sql_literal(range.source) ~ ' and received_at is null'
            ) -%}
        {%- elif range.source not in compared
            or compared[range.source] and range.start < compared[range.source] -%}
            {%- do conditions.append(
                'source_name = ' ~ sql_literal(range.source)
                ~ ' and received_at between timestamp ' ~ sql_literal(range.start)
                ~ ' and timestamp ' ~ sql_literal(range.hour.replace(
                    minute=59, second=59, microsecond=999999
                ))
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do increment().update({'is_arriving': conditions != []}) -%}
    {{ return(
        '((' ~ conditions | join(') or (') ~ '))' if conditions else 'false'
    ) }}
{%- endmacro %}

{#- Of each source that the log holds, from when on its rows are compared: its last days,
    but those that have not come yet, which a wrong clock may tell of; all, where a file
    of it was exchanged for another, or the var says so. -#}
{% macro compared_days() -%}
    {%- set found = {} -%}
    {%- set days = var('source_rewrite_days') -%}
    {%- set exchanged = exchanged_files() -%}
    {%- set rows = run_query(
        'select source_name, max(case when received_at <= timestamp '
        ~ sql_literal(run_started_at.strftime('%Y-%m-%d %H:%M:%S'))
        ~ ' then received_at end) as last_received_at from ' ~ this
        ~ ' group by source_name order by source_name'
    ).rows if days is none or days > 0 or exchanged else [] -%}
    {%- for source, last_received_at in rows if source in sources() -%}
        {%- if days is none or source in exchanged or last_received_at is none -%}
            {%- do found.update({source: none}) -%}
        {%- elif days > 0 -%}
            {%- do found.update({
                source: last_received_at - modules.datetime.timedelta(days=days)
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The sources of which a text file was exchanged for another since they were logged. -#}
{% macro exchanged_files() -%}
    {%- set found = [] -%}
    {%- for source in sources()
        if increment().states.get('exchanged ' ~ source, {}).definition -%}
        {%- do found.append(source) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Notes that the log has taken in what came of exchanged files, be it nothing. -#}
{% macro forget_exchanges() -%}
    {%- set found = {} -%}
    {%- for source in exchanged_files() -%}
        {%- do found.update({'exchanged ' ~ source: ''}) -%}
    {%- endfor -%}
    {%- if found -%}
        {%- call statement(auto_begin=true) -%} {{ state_rows(found) }} {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{%- endmacro %}

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
        having sum(counted.delivered_count) <> sum(counted.held_count)
        order by source_name, received_hour
    {%- endset -%}
    {{ return(run_query(query).rows) }}
{%- endmacro %}

{#- The sources whose log holds rows that they no longer have, as a condition: of those a
    row is taken back only where another one of its id came. -#}
{% macro is_of_keeping_source(alias) -%}
    {%- set names = sources().items() | selectattr('1.when_rows_go', 'equalto', 'keep')
        | map(attribute='0') | list if execute else [] -%}
    {{ return(
        alias ~ '.source_name in (' ~ text_list(names) ~ ')' if names else 'false'
    ) }}
{%- endmacro %}

{#- Says how many rows of each source were corrected or went. -#}
{% macro tell_retractions(computed) -%}
    {%- for source, row_count in run_query(
        'select source_name, count(*) as row_count from ' ~ computed
        ~ ' where retracted_number is not null group by source_name order by source_name'
    ).rows -%}
        {%- do log(
            'The source ' ~ source ~ ' changed or took back ' ~ row_count | int
            ~ ' rows that were taken in before.', info=true
        ) -%}
    {%- endfor -%}
{%- endmacro %}
