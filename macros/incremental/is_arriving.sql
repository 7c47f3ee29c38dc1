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
