{#- Whether an event is one that the log may not hold as its source delivers it. Arrival is
    checked, not trusted: rows may land with a received_at behind the latest one, and may be
    corrected or taken back later. Of files that are as they were, all is known. Of other
    sources hours are counted, and the last days compared row by row. The times stand in
    the SQL as literals, so that the engine can skip what lies outside, and in few ranges,
    since it may look at each for every row. What is looked at again in vain is harmless:
    the log takes only what differs. -#}
{% macro is_arriving() -%}
    {%- if model.resource_type == 'unit_test' -%} {{ return('true') }} {%- endif -%}
    {%- set delivered = ref('footfall', 'int_events__unioned') -%}
    {%- if not execute -%} {{ return('true') }} {%- endif -%}
    {%- do ask_for_arrived_files() -%}
    {%- if is_whole() -%}
        {%- do assert_nothing_lost(delivered) -%}
        {{ return('true') }}
    {%- endif -%}
    {%- if reads_a_part() -%} {{ return('false') }} {%- endif -%}
    {%- set conditions = compared_conditions(delivered) -%}
    {%- do increment().update({'compared_conditions': conditions | list}) -%}
    {%- for name, files in source_files().items() if files.is_as_read and files.arrived -%}
        {%- do conditions.append('source_name = ' ~ sql_literal(name)) -%}
    {%- endfor -%}
    {%- do increment().update({'is_arriving': conditions != []}) -%}
    {{ return(any_of(conditions)) }}
{%- endmacro %}

{#- Whether a row of the log may be one that its source delivers no more, or otherwise: to
    be asked after `is_arriving`. -#}
{% macro is_compared() -%}
    {{ return(
        any_of(increment().compared_conditions) if 'compared_conditions' in increment()
        else 'false'
    ) }}
{%- endmacro %}

{#- Conditions as one, of which any may hold. -#}
{% macro any_of(conditions) -%}
    {{ return(
        '((' ~ conditions | join(') or (') ~ '))' if conditions else 'false'
    ) }}
{%- endmacro %}

{#- The last days of each source whose files do not tell what came, and the hours of which
    it has another number of events than the log. -#}
{% macro compared_conditions(delivered) -%}
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
    {{ return(conditions) }}
{%- endmacro %}

{#- Of each source whose rows are read each by itself from files: the `marks` of its files
    now; those `taken` in that the log was made of; whether these are all there as they
    were (`is_as_read`), so that what came is what stands in the others, `arrived`. -#}
{% macro source_files() -%}
    {%- set plan = increment() -%}
    {%- if 'files' not in plan -%}
        {%- set found = {} -%}
        {%- for name, source in sources().items() if is_read_by_row(source) -%}
            {%- set marks = file_marks(source.events) -%}
            {%- set taken = {} -%}
            {%- for place, state in plan.states.items()
                if place.startswith(file_place(name, '')) and state.definition -%}
                {%- do taken.update({
                    place[file_place(name, '') | length:]: state.definition
                }) -%}
            {%- endfor -%}
            {%- set changed = [] -%}
            {%- for path, mark in taken.items()
                if mark == 'may change' or marks.get(path) != mark -%}
                {%- do changed.append(path) -%}
            {%- endfor -%}
            {%- do found.update({name: {
                'marks': marks,
                'taken': taken,
                'is_as_read': taken != {} and not changed
                    and var('source_rewrite_days') is not none,
                'arrived': marks | reject('in', taken) | list,
            }}) -%}
        {%- endfor -%}
        {%- do plan.update({'files': found}) -%}
    {%- endif -%}
    {{ return(plan.files) }}
{%- endmacro %}

{#- Whether a source's events are rows of files on this machine, of which each is read
    without a look at any other. -#}
{% macro is_read_by_row(source) -%}
    {%- set place = source.get('events') or '' -%}
    {%- if not preset_meta(source.preset, 'is_read_by_row') or not is_path(place)
        or '://' in place -%}
        {{ return(false) }}
    {%- endif -%}
    {%- for expression in said_expressions(source).values()
        if modules.re.search('(?i)\\b(over|select)\\b', expression | string) -%}
        {{ return(false) }}
    {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}

{#- Under which name it is recorded that the log has taken in a file of a source. -#}
{% macro file_place(name, path) -%}
    {{ return('file of ' ~ name ~ ': ' ~ path) }}
{%- endmacro %}

{#- Reads no other files than were looked at: one that comes meanwhile is news to the next
    run. Where the earlier ones are as they were, those that came are enough. -#}
{% macro ask_for_arrived_files() -%}
    {%- for name, files in source_files().items() -%}
        {%- do ask_for_files(
            name,
            files.arrived if files.is_as_read and not is_whole() else files.marks | list
        ) -%}
    {%- endfor -%}
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
        ~ ' where ' ~ is_counted() ~ ' group by source_name order by source_name'
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

{#- What the log has to do with, as states: of each source how it is read, that what came
    of exchanged files is taken in, be it nothing, and its files, of which all can be read
    again. The log may keep rows of one that is gone, and so it is known until all is read
    anew. A source that is no longer named, of which no row is left, is forgotten. -#}
{% macro source_states() -%}
    {%- set plan = increment() -%}
    {%- set found = {} -%}
    {%- for name in source_files() -%} {%- do ask_for_files(name, none) -%} {%- endfor -%}
    {%- for name in sources() -%}
        {%- do found.update({
            'source ' ~ name: definition_of_source(name, plan),
            'exchanged ' ~ name: '',
        }) -%}
    {%- endfor -%}
    {%- for name, files in source_files().items() if not reads_a_part() -%}
        {%- for path in files.taken if path not in files.marks -%}
            {%- do found.update({file_place(name, path): '' if is_whole() else 'gone'}) -%}
        {%- endfor -%}
        {%- for path, mark in files.marks.items() if files.taken.get(path) != mark -%}
            {%- do found.update({file_place(name, path): mark}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name in unnamed_sources() -%}
        {%- do found.update({'source ' ~ name: ''}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Notes the same where the log gets no row, if anything of it is new. -#}
{% macro note_sources() -%}
    {%- set plan = increment() -%}
    {%- set changed = {} -%}
    {%- for place, definition in source_states().items()
        if plan.states.get(place, {}).definition | default('') != definition -%}
        {%- do changed.update({place: definition}) -%}
    {%- endfor -%}
    {%- if changed and not reads_a_part() -%}
        {%- call statement(auto_begin=true) -%} {{ state_rows(changed) }} {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{%- endmacro %}

{#- The sources that the log may hold rows of and the var sources no longer names. -#}
{% macro unnamed_sources() -%}
    {%- set found = [] -%}
    {%- for place, state in increment().states.items()
        if place.startswith('source ') and state.definition
        and place[7:] not in sources() -%}
        {%- do found.append(place[7:]) -%}
    {%- endfor -%}
    {{ return(found) }}
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
