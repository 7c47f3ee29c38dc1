{#- The rows of a relation once for each entry of a column's JSON list, with the entry as
    json_text gives it and its number from 1. None where the column is no JSON list. -#}
{% macro json_entries(relation, column) -%}
    {{ adapter.dispatch('json_entries', 'footfall')(relation, column) }}
{%- endmacro %}

{% macro default__json_entries(relation, column) -%}
    select
        {{ relation }}.*,
        entries.entry_number,
        entries.entry
    from {{ relation }}
    cross join lateral json_array_elements_text(
        cast({{ sound_list(relation ~ '.' ~ column) }} as json)
    ) with ordinality as entries (entry, entry_number)
{%- endmacro %}

{#- A list is made before it is taken apart. -#}
{% macro duckdb__json_entries(relation, column) -%}
    select
        * exclude (entries),
        generate_subscripts(entries, 1) as entry_number,
        replace(unnest(entries), chr(0), '') as entry
    from (
        select
            {{ relation }}.*,
            json_extract_string(
                {{ sound_list(relation ~ '.' ~ column) }}, '$[*]'
            ) as entries
        from {{ relation }}
    ) as listed_entries
{%- endmacro %}

{% macro spark__json_entries(relation, column) -%}
    select
        {{ relation }}.*,
        cast(entries.entry_place + 1 as bigint) as entry_number,
        replace(entries.entry, chr(0), '') as entry
    from {{ relation }}
    lateral view posexplode(
        from_json({{ sound_list(relation ~ '.' ~ column) }}, 'array<string>')
    ) entries as entry_place, entry
{%- endmacro %}

{#- A text if it is a JSON list, else null. -#}
{% macro sound_list(text) -%}
    case when {{ first_sign(text) }} = '[' then {{ sound_json(text) }} end
{%- endmacro %}
