{#- An amount of money to the millionth, also where thousands are separated and a comma stands
    for the point, if only one amount can be meant: 1,299.00, 1.299,00 and 1 299 are
    read, 1,299 is null. As a plain number first: most are. -#}
{% macro safe_amount(value) -%}
    {#- One of more digits is none, and leaves room for sums of a hundred millions. -#}
    {%- set type = 'numeric(20, 6)' -%}
    cast(
        coalesce(
            {{ safe_number(value, type) }},
            {{ safe_number(plain_amount(value), type) }}
        ) as numeric(28, 6)
    )
{%- endmacro %}

{#- Without separators and with a point, where the form says which is which: a blank or
    apostrophe only separates, the last of two signs is the point, a sign that comes
    twice is none, nor is a comma before other than three digits a separator. -#}
{% macro plain_amount(value) -%}
    {%- set text -%}
        replace(
            replace(cast({{ value }} as {{ dbt.type_string() }}), chr(39), ' '),
            '’', ' '
        )
    {%- endset -%}
    {%- set blank = '[' ~ white_space() ~ ']' -%}
    {%- set start, end = '^' ~ blank ~ '*[+-]?(', ')' ~ blank ~ '*$' -%}
    {%- set apart = '[0-9]{1,3}(' ~ blank ~ '[0-9]{3})+' -%}
    {%- set with_point = [
        apart ~ '([.][0-9]*)?', '[0-9]{1,3}(,[0-9]{3})+[.][0-9]*',
        '[0-9]{1,3}(,[0-9]{3}){2,}', '[0-9]+([.][0-9]*)?',
    ] -%}
    {%- set with_comma = [
        apart ~ ',[0-9]*', '[0-9]{1,3}([.][0-9]{3})+,[0-9]*',
        '[0-9]{1,3}([.][0-9]{3}){2,}', '[0-9]+,([0-9]{1,2}|[0-9]{4,})', '0,[0-9]+',
    ] -%}
    {%- set with_point = sql_literal(start ~ with_point | join('|') ~ end) -%}
    {%- set with_comma = sql_literal(start ~ with_comma | join('|') ~ end) -%}
    case
        when {{ matches_regex(text, with_point) }}
            then {{ replaced_regex(text, '[' ~ white_space() ~ ',]', '') }}
        when {{ matches_regex(text, with_comma) }}
            then replace(
                {{ replaced_regex(text, '[' ~ white_space() ~ '.]', '') }}, ',', '.'
            )
    end
{%- endmacro %}
