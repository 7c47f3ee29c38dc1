{#- What texts are padded with beside tab and the ends of lines and pages, as a text:
    Unicode's white space, and signs of no width. What an engine calls a blank, in \s or
    in trim(), differs. -#}
{% macro wide_white_space() -%}
    {%- set signs = [] -%}
    {%- for code in [32, 133, 160, 5760] + range(8192, 8204) | list
        + [8232, 8233, 8239, 8287, 8288, 12288, 65279] -%}
        {%- do signs.append('%c' | format(code)) -%}
    {%- endfor -%}
    {{ return(signs | join) }}
{%- endmacro %}

{#- All of them, to stand in the brackets of a regular expression. -#}
{% macro white_space() -%}
    {{ return('\\t-\\r' ~ wide_white_space()) }}
{%- endmacro %}
