{#- How often a draw by hash takes a thing: a number with the Poisson distribution of mean
    1, from a text in hexadecimal. Its first twelve digits are compared with those of the
    chance of 0, of at most 1, of at most 2 and so on: texts, so that no engine has to
    turn them into numbers. -#}
{% macro poisson_weight(hash) -%}
    case
        {%- for chance in [
            '5e2d58d8b3bc', 'bc5ab1b16779', 'eb715e1dc158', 'fb23979734a2',
            'ff1025f59174', 'ffd90f3ba405', 'fffa8b71fc72', 'ffff540c0914',
        ] %}
            when {{ byte_order('substring(' ~ hash ~ ', 1, 12)') }} < '{{ chance }}'
                then {{ loop.index0 }}
        {%- endfor %}
        else 8
    end
{%- endmacro %}
