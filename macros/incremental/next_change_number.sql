{#- The number of the changes that this run finds in conversions. Credits may hold rows of
    conversions that are gone, so theirs count too: no number comes twice. An earlier
    release numbered no changes. -#}
{% macro next_change_number() -%}
    {%- if not execute or model.resource_type == 'unit_test' -%} {{ return(1) }} {%- endif -%}
    {%- set numbers = [0] -%}
    {%- for name in ['int_conversions__accounted', 'int_credits__shared'] -%}
        {%- set held = relation_named(name) -%}
        {%- set columns = adapter.get_columns_in_relation(held) if held else [] -%}
        {%- if 'change_number' in columns | map(attribute='name') -%}
            {%- do numbers.append(taken_in(held, 'change_number')) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(numbers | max + 1) }}
{%- endmacro %}
