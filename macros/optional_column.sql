{#- A column of a rule seed that a file of an earlier version may lack: null where it does,
    in our file or in that of a host project. -#}
{% macro optional_column(seed, name) -%}
    {%- set kind = described_rules()[seed].columns[name].kind -%}
    {%- set type = {'whole': 'bigint', 'flag': 'boolean'}.get(kind, dbt.type_string()) -%}
    {%- set relation = loaded_seed(seed) -%}
    {%- if relation -%}
        {%- set there = adapter.get_columns_in_relation(relation)
            | map(attribute='name') | map('lower') | list -%}
        {%- if name not in there -%} {{ return(cast('null', type)) }} {%- endif -%}
    {%- endif -%}
    {{ return(name) }}
{%- endmacro %}
