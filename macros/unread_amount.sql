{#- The text of an amount that is there and that safe_amount cannot read. Null where it
    can, and for a word for nothing, as a float's NaN is: nobody named an amount. -#}
{% macro unread_amount(value) -%}
    {%- set text = trimmed('cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')') -%}
    case
        when {{ safe_amount(value) }} is null and lower({{ text }}) <> 'nan'
            then {{ clean_text(text) }}
    end
{%- endmacro %}
