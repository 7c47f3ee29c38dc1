{#- Prepares the connection on which a node is built, for its transaction: what the planner
    may do, and by what name others see who is at work. -#}
{% macro prepare_connection() -%}
    {{ adapter.dispatch('prepare_connection', 'footfall')() }}
{%- endmacro %}

{% macro default__prepare_connection() -%}
{%- endmacro %}

{#- To join by hashing or sorting wherever it can: Postgres expects one row of a join by
    several keys, whatever it knows of them, and then reads the other side of the next join
    once for each of a million rows. A loop that nothing can replace then counts as ten
    billion, for which Postgres would compile the query first, longer than most run. -#}
{% macro postgres__prepare_connection() -%}
    set local enable_nestloop = off;
    set local jit = off;
    set local application_name = {{ sql_literal(connection_name()) }}
{%- endmacro %}

{#- What a connection of this project is called on Postgres, which cuts longer names. -#}
{% macro connection_name() -%}
    {{ return(('footfall ' ~ target.schema)[:63]) }}
{%- endmacro %}
