{#- What the planner has to know of a table that was just made: Postgres counts its
    values only when it comes to it, so the models after it would be planned blindly.
    A table that has not grown to twice its size since goes by what was counted then. -#}
{% macro gather_statistics() -%}
    {{ adapter.dispatch('gather_statistics', 'footfall')() }}
{%- endmacro %}

{% macro default__gather_statistics() -%}
{%- endmacro %}

{% macro postgres__gather_statistics() -%}
    {%- set query -%}
        select relname
        from pg_class
        where
            oid = to_regclass('{{ this }}')
            and relkind = 'r'
            and pg_relation_size(oid)
            >= 2 * relpages * cast(current_setting('block_size') as bigint)
    {%- endset -%}
    {%- if execute and run_query(query).rows | length -%} analyze {{ this }} {%- endif -%}
{%- endmacro %}
