{#- A number for people to read: whole, or with two decimals. -#}
{% macro plain_number(value) -%}
    case
        when {{ value }} = floor({{ value }})
            then cast(cast({{ value }} as bigint) as {{ dbt.type_string() }})
        else
            cast(cast({{ value }} as numeric(28, 2)) as {{ dbt.type_string() }})
    end
{%- endmacro %}
