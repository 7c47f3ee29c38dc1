{#- The value of a key in a list of records of key and value, as text: of the value's fields
    that which is filled, since trackers type a value by what it is. Null without the key.
    `type` is the list's type as the engine says it. -#}
{% macro list_entry(list, key, type) -%}
    {{ return(adapter.dispatch('list_entry', 'footfall')(list, key, type)) }}
{%- endmacro %}

{#- The keys are listed once for all entries of a row: DuckDB sees that they are equal. -#}
{% macro default__list_entry(list, key, type) -%}
    {%- if is_json(type) -%}
        {{ return(default__list_entry(read_entries(list), key, entries_type())) }}
    {%- endif -%}
    {%- set value = list ~ '[list_position(list_transform(' ~ list
        ~ ', lambda entry: entry.key), ' ~ sql_literal(key) ~ ')].value' -%}
    {{ return(filled_field(value, record_fields(record_fields(type).get('value', '')))) }}
{%- endmacro %}

{% macro postgres__list_entry(list, key, type) -%}
    {{ return(
        '(select case jsonb_typeof(entry -> ' ~ "'value') when 'object' then (select"
        ~ " min(field.value) from jsonb_each_text(entry -> 'value') as field)"
        ~ " else entry ->> 'value' end from jsonb_array_elements(cast(" ~ list
        ~ " as jsonb)) as entry where entry ->> 'key' = " ~ sql_literal(key)
        ~ ' limit 1)'
    ) }}
{%- endmacro %}

{% macro spark__list_entry(list, key, type) -%}
    {%- set value = 'filter(' ~ list ~ ', entry -> entry.key = ' ~ sql_literal(key)
        ~ ')[0].value' -%}
    {{ return(filled_field(value, record_fields(record_fields(type).get('value', '')))) }}
{%- endmacro %}

{#- Of a record's fields the first that is filled, as text; what is no record itself. -#}
{% macro filled_field(value, fields) -%}
    {%- set texts = [] -%}
    {%- for field in fields -%}
        {%- do texts.append(
            'cast(' ~ value ~ '.' ~ field ~ ' as ' ~ dbt.type_string() ~ ')'
        ) -%}
    {%- endfor -%}
    {{ return(
        'coalesce(' ~ texts | join(', ') ~ ')' if texts
        else 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')'
    ) }}
{%- endmacro %}

{#- Whether a list or record came as JSON: a loader that knows no records writes a text. -#}
{% macro is_json(type) -%}
    {{ return(is_text_type(type) or type | lower == 'json') }}
{%- endmacro %}

{#- And as a list again; null where it is none. -#}
{% macro read_entries(list) -%}
    {%- set value = {} -%}
    {%- for field in record_fields(record_fields(entries_type()).value) -%}
        {%- do value.update({field: 'VARCHAR'}) -%}
    {%- endfor -%}
    {{ return(
        'from_json(try_cast(' ~ list ~ ' as json), '
        ~ sql_literal(tojson([{'key': 'VARCHAR', 'value': value}])) ~ ')'
    ) }}
{%- endmacro %}

{% macro entries_type() -%}
    {{ return(
        'STRUCT("key" VARCHAR, "value" STRUCT(string_value VARCHAR, int_value VARCHAR,'
        ~ ' float_value VARCHAR, double_value VARCHAR))[]'
    ) }}
{%- endmacro %}
