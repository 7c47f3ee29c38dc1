{#- Whether tables of this engine can lose and gain rows, so that a later run can replace
    what changed. -#}
{% macro keeps_rows() -%}
    {{ return(adapter.dispatch('keeps_rows', 'footfall')() == 'true') }}
{%- endmacro %}

{% macro default__keeps_rows() -%} {{ return('true') }} {%- endmacro %}

{#- Tables of Iceberg can, by a MERGE. A unit test is shown no graph, and keeps nothing. -#}
{% macro spark__keeps_rows() -%}
    {%- set log = graph.get('nodes', {}).get('model.footfall.int_events__logged', {}) -%}
    {{ return(
        'true' if log.get('config', {}).get('file_format') == 'iceberg' else 'false'
    ) }}
{%- endmacro %}
