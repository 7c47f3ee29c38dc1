{#- A table that is made anew only if something it is made of has changed since. Which
    state that was is written down in the transaction that puts the table in its place,
    so a run that dies leaves either both or neither. -#}
{% materialization rebuilt, default, supported_languages=['sql', 'python'] -%}
    {%- set held = left_alone() -%}
    {%- if held is not none -%} {{ return({'relations': [held]}) }} {%- endif -%}
    {%- set table = context.get(
        'materialization_table_' ~ adapter.type(), context['materialization_table_default']
    ) -%}
    {{ return(table()) }}
{%- endmaterialization %}
