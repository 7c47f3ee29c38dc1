{#- A text in which what looks like the network address of a visitor is replaced by a
    word. A time such as 10:00:00 has too few colons to be taken for one. -#}
{% macro without_addresses(text) -%}
    {%- set four = '[0-9]{1,3}([.][0-9]{1,3}){3}' -%}
    {%- set six = '([0-9A-Fa-f]{1,4}:){3,7}[0-9A-Fa-f]{1,4}'
        ~ '|([0-9A-Fa-f]{1,4}:){1,7}:([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4}){0,6})?'
        ~ '|::[0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4}){0,6}' -%}
    {{ replaced_regex(
        replaced_regex(text, six, 'address'), four, 'address'
    ) }}
{%- endmacro %}
