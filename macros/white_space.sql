{#- What texts are padded with, to stand in the brackets of a regular expression:
    Unicode's white space, and signs of no width. What \s means differs by engine. -#}
{% macro white_space() -%}
    {{ return(
        '\\t-\\r \u0085\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff'
    ) }}
{%- endmacro %}
