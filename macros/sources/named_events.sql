{#- The finished events by the contract's names: those that a source's own event_names say,
    else those of the seed event_names for its preset or for all. -#}
{% macro named_events(source) -%}
    {%- set own = source.get('event_names') or {} -%}
    {%- set names = (['own_names'] if own else []) + ['event_names', 'finished'] -%}
    select
        {%- for column in event_columns() %}
            {{ 'coalesce(' ~ names | join('.event_name, ') ~ '.event_name) as event_name'
                if column == 'event_name' else 'finished.' ~ column }}
            {{- ',' if not loop.last }}
        {%- endfor %}
    from finished
    {%- if own %}
    left join (
        {%- for tracker_name, event_name in own.items() %}
            select
                {{ snake_case(separated_words(sql_literal(tracker_name))) }}
                    as tracker_name,
                {{ sql_literal(event_name) }} as event_name
            {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as own_names
        on finished.event_name = own_names.tracker_name
    {%- endif %}
    left join (
        select
            {{ snake_case(separated_words('tracker_name')) }} as tracker_name,
            min({{ event_form('event_name') }}) as event_name
        from {{ ref('event_names') }}
        where preset in ('any', {{ sql_literal(source.preset) }})
        group by {{ snake_case(separated_words('tracker_name')) }}
    ) as event_names
        on finished.event_name = event_names.tracker_name
{%- endmacro %}
