{#- dbt's own, which it asks before anything else of a run: the first place at which a
    name can be refused that dbt's own SQL would break at, or that DuckDB has for itself
    and gives another name. -#}
{% macro list_schemas(database) -%}
    {%- do assert_place() -%}
    {{ return(adapter.dispatch('list_schemas', 'dbt')(database)) }}
{%- endmacro %}

{#- Stops a run whose database or schema has a name that cannot be worked with. -#}
{% macro assert_place() -%}
    {%- for kind, name in {'database': target.database, 'schema': target.schema}.items()
        if name and ("'" in name or '"' in name or '`' in name) -%}
        {%- do stop_run(
            'the ' ~ kind ~ ' ' ~ name ~ ' has a quote in its name, which dbt cannot work'
            ~ ' with: give it another.'
        ) -%}
    {%- endfor -%}
    {%- do adapter.dispatch('assert_place', 'footfall')() -%}
{%- endmacro %}

{% macro default__assert_place() -%}
{%- endmacro %}

{#- dbt writes a schema's name without quotes there. -#}
{% macro spark__assert_place() -%}
    {%- if not modules.re.fullmatch('[A-Za-z0-9_]+', target.schema) -%}
        {%- do stop_run(
            'the schema ' ~ target.schema ~ ' has a name that dbt cannot work with on'
            ~ ' Spark: give it one of letters, digits and _.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- A few names DuckDB has for itself: main.duckdb is the database main_db, and dbt would
    look for main. A database that is called as the one of no file cannot be read beside
    it. -#}
{% macro duckdb__assert_place() -%}
    {%- set name, path = run_query(
        'select database_name, path from duckdb_databases()'
        ~ ' where database_name = current_database()'
    ).rows[0].values() -%}
    {%- if name | lower != target.database | lower or (path and name == 'memory') -%}
        {%- do stop_run(
            'DuckDB does not call the database in ' ~ target.path ~ ' by the name of its'
            ~ ' file: give the file of FOOTFALL_DUCKDB_PATH another name, such as'
            ~ ' footfall.duckdb.'
        ) -%}
    {%- endif -%}
{%- endmacro %}
