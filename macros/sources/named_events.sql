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
                {{ event_form(sql_literal(tracker_name)) }} as tracker_name,
                {{ event_form(sql_literal(event_name)) }} as event_name
            {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as own_names
        on finished.event_name = own_names.tracker_name
    {%- endif %}
    left join (
        select
            {{ event_form('tracker_name') }} as tracker_name,
            min({{ event_form('event_name') }}) as event_name
        from {{ ref('event_names') }}
        where preset in ('any', {{ sql_literal(source.preset) }})
        group by {{ event_form('tracker_name') }}
    ) as event_names
        on finished.event_name = event_names.tracker_name
{%- endmacro %}

{#- Stops where two names of a source's event_names are one in the form of the data: each
    event of that name would come twice. -#}
{% macro assert_event_names() -%}
    {%- for name, source in sources().items() if source.get('event_names') -%}
        {%- set forms = [] -%}
        {%- for tracker_name in source.event_names -%}
            {%- do forms.append(event_form(sql_literal(tracker_name))) -%}
        {%- endfor -%}
        {%- set seen = [] -%}
        {%- for form in run_query('select ' ~ forms | join(', ')).rows[0] -%}
            {%- set said = (source.event_names | list)[loop.index0] -%}
            {%- if form is none or form in seen -%}
                {%- do stop_run(
                    source_words(name) ~ 'names ' ~ shown_value(said)
                    ~ ' in event_names, but '
                    ~ ('must name each event once.' if form else 'that is no name.')
                ) -%}
            {%- endif -%}
            {%- do seen.append(form) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
