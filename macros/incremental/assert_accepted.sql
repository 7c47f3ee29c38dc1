{#- The hook that stops a run where a source has no event, or next to none of its events
    is whole: a column that is mapped by mistake must not publish empty marts. In the
    transaction that logs the events, so that none of them stays; where there is none,
    before anybody is told of them. What is left out on purpose is no mistake and does not
    count. -#}
{% macro assert_accepted() -%}
    {%- set names = sources() | list
        if execute and scope_of(model) == 'log' and not reads_a_part() else [] -%}
    {%- set rows = run_query(
        'select source_name, own_rejection_reason, sum(event_count) from (select'
        ~ ' source_name, case when own_rejection_reason is null and analytics_consent'
        ~ " = 'denied' then 'no_consent' else own_rejection_reason end"
        ~ ' as own_rejection_reason, case when retracted_number is null then 1 else -1'
        ~ ' end as event_count from ' ~ this ~ ') as judged'
        ~ ' group by source_name, own_rejection_reason'
    ).rows if names else [] -%}
    {%- for source in names -%}
        {%- set counts = {} -%}
        {%- for source_name, reason, count in rows if source_name == source -%}
            {%- do counts.update({reason or 'accepted': count | int}) -%}
        {%- endfor -%}
        {%- if not counts -%}
            {%- do stop_run(
                'the source ' ~ source ~ ' has no event yet'
                ~ (' in ' ~ sources()[source].events if sources()[source].get('events'))
                ~ ': build when there are some, or without the source.'
            ) -%}
        {%- endif -%}
        {%- do counts.pop('no_consent', none) -%}
        {%- set judged = counts.values() | sum -%}
        {%- set accepted = counts.pop('accepted', 0) -%}
        {%- if judged and accepted / judged < var('accepted_share_limit') -%}
            {%- do stop_run(rejection_words(source, accepted, judged, counts)) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- The sentence about a source of which next to nothing was accepted. -#}
{% macro rejection_words(source, accepted, judged, counts) -%}
    {%- for reason in rejection_reasons()
        if counts.get(reason) == counts.values() | max -%}
        {%- set column = 'visitor_id' if reason == 'missing_visitor'
            else 'occurred_at' -%}
        {%- set example = example_value(source, column, reason) -%}
        {{ return(
            accepted ~ ' of ' ~ judged ~ ' events of the source ' ~ source
            ~ ' are whole, refused consent left out: ' ~ counts[reason] ~ ' are '
            ~ reason ~ ' by ' ~ column
            ~ " (mapped from '" ~ column_map(sources()[source])[column] ~ "')"
            ~ (", for example '" ~ example ~ "'" if example
                else ', which is empty' if example is not none else '')
            ~ '; mend the column, or lower accepted_share_limit ('
            ~ var('accepted_share_limit') ~ ').'
        ) }}
    {%- endfor -%}
{%- endmacro %}
