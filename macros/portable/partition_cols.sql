{#- dbt-spark's own, with the partitions of tables of which a run replaces what belongs to
    some visitors or persons: in buckets of those, so that a MERGE writes anew the files
    of a few and not all. In Iceberg alone can a table have such. -#}
{% macro spark__partition_cols(label, required=false) -%}
    {%- set columns = config.get('partition_by') -%}
    {%- if columns is none and keeps_rows() -%}
        {%- set key = {'visitor': 'visitor_id', 'person': 'person_id'}.get(
            scope_of(model)
        ) -%}
        {%- if key -%}
            {%- set columns = 'bucket(' ~ spark_buckets() ~ ', ' ~ key ~ ')' -%}
        {%- endif -%}
    {%- endif -%}
    {%- if columns is not none -%}
        {{ label }} ({{ columns if columns is string else columns | join(', ') }})
    {%- endif -%}
{%- endmacro %}

{#- Into how many buckets visitors are divided. -#}
{% macro spark_buckets() -%}
    {{ return(env_var('FOOTFALL_SPARK_BUCKETS', '16') | int) }}
{%- endmacro %}
