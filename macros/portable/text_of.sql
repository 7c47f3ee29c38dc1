{#- Any value as text. On DuckDB, whose files hold what no table elsewhere does: a float
    that is whole is an id that met a null on its way, so 7.0 is 7, and a NUL is dropped. -#}
{% macro text_of(value) -%}
    {{ adapter.dispatch('text_of', 'footfall')(value) }}
{%- endmacro %}

{% macro default__text_of(value) -%}
    cast({{ value }} as {{ dbt.type_string() }})
{%- endmacro %}

{#- The type is known before the first row is read, so texts pay for nothing here. -#}
{% macro duckdb__text_of(value) -%}
    case
        when typeof({{ value }}) in ('DOUBLE', 'FLOAT')
            and try_cast({{ value }} as double) = try_cast({{ value }} as bigint)
            then cast(try_cast({{ value }} as bigint) as text)
        when contains(cast({{ value }} as text), chr(0))
            then replace(cast({{ value }} as text), chr(0), '')
        else cast({{ value }} as text)
    end
{%- endmacro %}
