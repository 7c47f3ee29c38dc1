{#- The part of a host that somebody registers (shop.example.co.uk -> example.co.uk):
    the last two labels, or three under the second-level labels in use. -#}
{% macro registrable_domain(host) -%}
    {{ regex_group(
        host,
        '([^.]+[.](?:(?:co|com|net|org|gov|ac|edu|or|ne|go|gob|gouv)[.][a-z][a-z]|[^.0-9][^.]*))$'
    ) }}
{%- endmacro %}
