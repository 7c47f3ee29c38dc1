{#- Name -> expression: the click id that url_parameters has of each priority of the seed
    click_ids, as name=value, in the order of the priorities. An empty id is none. -#}
{% macro click_id_columns(parameters) -%}
    {%- set rows = seed_rows('click_ids', ['priority', 'click_id_type']) -%}
    {%- set names = {} -%}
    {%- for priority, name in rows or [] -%}
        {%- do names.setdefault(priority, []).append(parameter_name(name)) -%}
    {%- endfor -%}
    {%- set columns = {} -%}
    {%- for priority, patterns in names.items() -%}
        {%- do columns.update({
            'click_pair_' ~ priority: regex_group(
                parameters, '&((?:' ~ patterns | join('|') ~ ')=[^&]+)'
            )
        }) -%}
    {%- endfor -%}
    {#- Nothing is loaded, as where SQL is linted; a run of this fails. -#}
    {%- if rows is none -%}
        {%- do columns.update({'click_pair_1': '(select max(source) from click_ids)'}) -%}
    {%- endif -%}
    {{ return(columns) }}
{%- endmacro %}

{#- The first of those columns whose id is one: blanks and words for nothing, such as
    undefined, are none. -#}
{% macro told_click_id(click_ids) -%}
    {%- set pairs = [] -%}
    {%- for pair in click_ids -%}
        {%- set id = "trim(replace(replace(" ~ pair_value(pair) ~ ", '+', ' '), '%20', ' '))" -%}
        {%- do pairs.append(
            'case when ' ~ clean_text(id) ~ ' is not null then ' ~ pair ~ ' end'
        ) -%}
    {%- endfor -%}
    coalesce({{ pairs | join(', ') }}, null)
{%- endmacro %}

{#- Of a name=value the value. -#}
{% macro pair_value(pair) -%}
    substr({{ pair }}, position('=' in {{ pair }}) + 1)
{%- endmacro %}

{#- Of a name=value the name as the seed click_ids has it. -#}
{% macro click_id_name(pair) -%}
    replace({{ ascii_lower_case("split_part(" ~ pair ~ ", '=', 1)") }}, '%5f', '_')
{%- endmacro %}
