{#- Whether tables of this engine can lose and gain rows, so that a later run can replace
    what changed. -#}
{% macro keeps_rows() -%}
    {{ return(adapter.dispatch('keeps_rows', 'footfall')() == 'true') }}
{%- endmacro %}

{% macro default__keeps_rows() -%} {{ return('true') }} {%- endmacro %}

{% macro spark__keeps_rows() -%} {{ return('false') }} {%- endmacro %}
