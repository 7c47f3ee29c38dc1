{#- A list of records of key and value as one text that does not depend on their order,
    without some keys. `type` is the list's type as the engine says it. -#}
{% macro sorted_entries(list, type, left_out) -%}
    {{ return(adapter.dispatch('sorted_entries', 'footfall')(list, type, left_out)) }}
{%- endmacro %}

{% macro default__sorted_entries(list, type, left_out) -%}
    {%- if is_json(type) -%}
        {{ return(default__sorted_entries(read_entries(list), entries_type(), left_out)) }}
    {%- endif -%}
    {%- set fields = record_fields(record_fields(type).get('value', '')) -%}
    {{ return(
        'array_to_string(list_sort(list_transform(list_filter(' ~ list
        ~ ', lambda entry: entry.key not in (' ~ text_list(left_out)
        ~ ")), lambda entry: entry.key || '=' || coalesce("
        ~ filled_field('entry.value', fields) ~ ", ''))), chr(30))"
    ) }}
{%- endmacro %}

{% macro postgres__sorted_entries(list, type, left_out) -%}
    {{ return(
        '(select string_agg(cast(entry as text), chr(30) order by cast(entry as text)'
        ~ ' collate "C") from jsonb_array_elements(cast(' ~ list ~ ' as jsonb)) as entry'
        ~ " where entry ->> 'key' not in (" ~ text_list(left_out) ~ '))'
    ) }}
{%- endmacro %}

{% macro spark__sorted_entries(list, type, left_out) -%}
    {%- set fields = record_fields(record_fields(type).get('value', '')) -%}
    {{ return(
        'array_join(array_sort(transform(filter(' ~ list
        ~ ', entry -> entry.key not in (' ~ text_list(left_out)
        ~ ")), entry -> entry.key || '=' || coalesce("
        ~ filled_field('entry.value', fields) ~ ", ''))), chr(30))"
    ) }}
{%- endmacro %}
