{#- The var session_end_events as SQL texts, in the form of the events' own names; a list of
    nothing matches nothing. -#}
{% macro end_event_names() -%}
    {%- for name in var('session_end_events') or [none] -%}
        {{ event_form(sql_literal(name)) if name is not none else 'null' }}
        {{- ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro has_end_events() -%}
    {%- do assert_var('session_end_events') -%}
    {{ return(var('session_end_events') | length > 0) }}
{%- endmacro %}
