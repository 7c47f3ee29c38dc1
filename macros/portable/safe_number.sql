{#- A text or number as bigint or as a numeric with precision and scale, null where it
    cannot be read or held: one price of "n/a" must not stop the run. Read as text and
    rounded half away from zero, as a float would be on no two engines. -#}
{% macro safe_number(value, type) -%}
    {{ adapter.dispatch('safe_number', 'footfall')(value, type) }}
{%- endmacro %}

{#- Digits, with a sign, a point and an exponent or without; no hexadecimal, no _. -#}
{% macro number_pattern() -%}
    {{ return(
        '^ *[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})? *$'
    ) }}
{%- endmacro %}

{#- [largest value, digits after the point] of a type. -#}
{% macro number_limits(type) -%}
    {%- set digits = modules.re.findall('[0-9]+', type) | map('int') | list -%}
    {%- if not digits -%} {{ return(['9223372036854775807', 0]) }} {%- endif -%}
    {{ return(['9' * (digits[0] - digits[1]) ~ '.' ~ '9' * digits[1], digits[1]]) }}
{%- endmacro %}

{% macro default__safe_number(value, type) -%}
    {%- set text -%} cast({{ value }} as {{ dbt.type_string() }}) {%- endset -%}
    {%- set largest, scale = number_limits(type) -%}
    case
        when {{ text }} ~ {{ sql_literal(number_pattern()) }}
            then
                case
                    when
                        abs(round(cast({{ text }} as numeric), {{ scale }}))
                        <= {{ largest }}
                        then cast(cast({{ text }} as numeric) as {{ type }})
                end
    end
{%- endmacro %}

{% macro duckdb__safe_number(value, type) -%}
    {%- set text -%} cast({{ value }} as {{ dbt.type_string() }}) {%- endset -%}
    case
        when regexp_matches({{ text }}, {{ sql_literal(number_pattern()) }})
            then try_cast({{ text }} as {{ type }})
    end
{%- endmacro %}

{#- Sail reads an exponent as a float alone, of which fifteen digits are right. -#}
{% macro spark__safe_number(value, type) -%}
    {%- set text -%} cast({{ value }} as string) {%- endset -%}
    {%- set _, scale = number_limits(type) -%}
    case
        when {{ text }} rlike {{ sql_literal(number_pattern()) }}
            then try_cast(
                round(
                    coalesce(
                        try_cast({{ text }} as decimal(38, 18)),
                        try_cast(
                            try_cast({{ text }} as double)
                            as decimal(38, {{ scale + 3 }})
                        )
                    ),
                    {{ scale }}
                ) as {{ type }}
            )
    end
{%- endmacro %}
