{#- Hook after a rule seed is loaded: empty lines, and those of commas alone, as
    spreadsheets leave them at the end, are no rules. Spark's tables know no delete, and
    its loading leaves them out. -#}
{% macro forget_blank_rows() -%}
    {%- if execute and load_result('blank_rows').response -%}
        {{ adapter.dispatch('forget_blank_rows', 'footfall')() }}
    {%- endif -%}
{%- endmacro %}

{% macro default__forget_blank_rows() -%}
    delete from {{ this }}
    where
        {% for name in model.columns %}
            {{ name }} is null {{ 'and' if not loop.last }}
        {% endfor %}
{%- endmacro %}

{% macro spark__forget_blank_rows() -%}
{%- endmacro %}
