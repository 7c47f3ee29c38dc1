{#- The number of this run's batch. A full refresh goes on counting: what it did not reach
    before it died is then seen to be older than everything it is made of. -#}
{% macro next_batch_number() -%}
    {%- if not execute or model.resource_type == 'unit_test' -%} {{ return(1) }} {%- endif -%}
    {%- set held = relation_named('int_events__classified') -%}
    {{ return(1 if held is none else taken_in(held) + 1) }}
{%- endmacro %}
