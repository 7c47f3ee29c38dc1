{#- A column of a rule seed in its type, whatever a host project's file was read as; null
    where a file of an earlier version, ours or the host's, lacks it. -#}
{% macro optional_column(seed, name) -%}
    {%- set kind = described_rules()[seed].columns[name].kind -%}
    {%- set type = {'whole': 'bigint', 'flag': 'boolean'}.get(kind, dbt.type_string()) -%}
    {%- set relation = loaded_seed(seed) -%}
    {%- set there = adapter.get_columns_in_relation(relation)
        | map(attribute='name') | map('lower') | list if relation else [name] -%}
    {{ cast(name if name in there else 'null', type) }}
{%- endmacro %}
