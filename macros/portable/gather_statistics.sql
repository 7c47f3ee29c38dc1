{#- What the planner has to know of a table that was just written to: Postgres counts its
    values only when it comes to it, so the models after it would be planned by what was
    there before, where no row yet had the number of this batch. -#}
{% macro gather_statistics() -%}
    {{ adapter.dispatch('gather_statistics', 'footfall')() }}
{%- endmacro %}

{% macro default__gather_statistics() -%}
{%- endmacro %}

{% macro postgres__gather_statistics() -%}
    {%- set query -%}
        select relname
        from pg_stat_xact_user_tables
        where
            relid = to_regclass({{ sql_literal(this) }})
            and n_tup_ins + n_tup_upd + n_tup_del > 0
    {%- endset -%}
    {%- if execute and run_query(query).rows | length -%} analyze {{ this }} {%- endif -%}
{%- endmacro %}
