{#- Stops a run that would write to a schema while another one does. DuckDB locks its
    file by itself; a Spark catalog of one process does too. -#}
{% macro assert_alone() -%}
    {%- if concerns_footfall() -%}
        {%- do adapter.dispatch('assert_alone', 'footfall')() -%}
    {%- endif -%}
{%- endmacro %}

{% macro default__assert_alone() -%}
{%- endmacro %}

{#- dbt closes its connection after every model, and with it any lock would go: so who
    else is connected under the name that each of our models gives its connection? Asked
    for two seconds, since between two models nobody is. -#}
{% macro postgres__assert_alone() -%}
    {%- for _ in range(20) -%}
        {%- for process, started in run_query(
            'select pid, backend_start from pg_stat_activity'
            ~ ' where application_name = ' ~ sql_literal(connection_name())
            ~ ' and datname = current_database() and pid <> pg_backend_pid()'
            ~ ' order by backend_start'
        ).rows -%}
            {%- do stop_run(
                'another run writes to the schema ' ~ target.schema
                ~ ' (Postgres process ' ~ process ~ ', connected at ' ~ started
                ~ '): wait until it is done, or end it with select'
                ~ ' pg_terminate_backend(' ~ process ~ ').'
            ) -%}
        {%- endfor -%}
        {%- do run_query('select pg_sleep(0.1)') -%}
        {%- do run_query('select pg_stat_clear_snapshot()') -%}
    {%- endfor -%}
{%- endmacro %}
