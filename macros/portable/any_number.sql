{#- A number that no other row of the query has, from 1 on where the engine counts. -#}
{% macro any_number() -%}
    {{ adapter.dispatch('any_number', 'footfall')() }}
{%- endmacro %}

{% macro default__any_number() -%} row_number() over () {%- endmacro %}

{#- A count would bring all rows to one worker. -#}
{% macro spark__any_number() -%} monotonically_increasing_id() + 1 {%- endmacro %}
