{#- Tells the planner to join by hashing or sorting wherever it can: Postgres expects one
    row of a join by several keys, whatever it knows of them, and then reads the other
    side of the next join once for each of a million rows. -#}
{% macro avoid_nested_loops() -%}
    {{ adapter.dispatch('avoid_nested_loops', 'footfall')() }}
{%- endmacro %}

{% macro default__avoid_nested_loops() -%}
{%- endmacro %}

{#- A loop that nothing can replace then counts as ten billion, for which Postgres would
    compile the query first, longer than most of them run. -#}
{% macro postgres__avoid_nested_loops() -%}
    set local enable_nestloop = off;
    set local jit = off
{%- endmacro %}
