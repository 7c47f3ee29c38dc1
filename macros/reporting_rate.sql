{#- What one unit of a currency is worth in the reporting currency: 1 where there is
    nothing to convert; null where no currency is named, which the ledger counts, and
    where the rate is missing, which a test then names. -#}
{% macro reporting_rate(currency, rate) -%}
    case
        when {{ 'true' if var('reporting_currency') is none else 'false' }} then 1
        when {{ currency }} = {{ sql_literal(var('reporting_currency')) }} then 1
        else {{ rate }}
    end
{%- endmacro %}

{#- Whether an amount cannot be converted since it says no currency. Nothing is nothing
    in any. -#}
{% macro lacks_currency(amount, currency) -%}
    {%- if var('reporting_currency') is none -%} false
    {%- else -%} coalesce({{ amount }} <> 0 and {{ currency }} is null, false)
    {%- endif -%}
{%- endmacro %}

{#- The currency of an amount once it is converted. -#}
{% macro reported_currency(currency) -%}
    {%- if var('reporting_currency') is none -%} {{ currency }}
    {%- else -%} {{ sql_literal(var('reporting_currency')) }}
    {%- endif -%}
{%- endmacro %}
