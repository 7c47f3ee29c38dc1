{#- The first record of a list as JSON text, whether the list is such a text, JSON, or the
    engine's own; null of none. `type` is the type of the list as the engine says it. -#}
{% macro first_record(list, type) -%}
    {{ return(adapter.dispatch('first_record', 'footfall')(list, type)) }}
{%- endmacro %}

{% macro default__first_record(list, type) -%}
    {{ return(
        'cast(try(json_extract(cast(' ~ list ~ " as json), '$[0]')) as text)"
    ) }}
{%- endmacro %}

{% macro spark__first_record(list, type) -%}
    {%- set text = list if type | lower == 'string' else 'to_json(' ~ list ~ ')' -%}
    {{ return('get_json_object(' ~ text ~ ", '$[0]')") }}
{%- endmacro %}

{% macro postgres__first_record(list, type) -%}
    {{ return('cast(cast(' ~ list ~ ' as jsonb) -> 0 as text)') }}
{%- endmacro %}
