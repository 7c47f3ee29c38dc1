{#- Name -> expression: what is written under each name of the seed search_parameters, in
    the order of their priorities; an address writes it encoded. -#}
{% macro written_terms(parameters, properties, page_path) -%}
    {%- set rows = seed_rows(
        'search_parameters',
        ['priority', 'found_in', 'parameter_name', 'page_path_pattern'],
    ) -%}
    {%- set columns = {} -%}
    {%- for priority, found_in, name, pattern in rows or [] -%}
        {%- set path = pattern | replace('!', '!!') | replace('_', '!_') -%}
        {%- set written = url_parameter(parameters, name) if found_in == 'address'
            else json_member(properties, name) -%}
        {%- do columns.update({
            found_in ~ '_term_' ~ priority:
                'case when coalesce(' ~ page_path ~ ", '') like " ~ sql_literal(path)
                ~ " escape '!' then " ~ written ~ ' end'
        }) -%}
    {%- endfor -%}
    {#- Nothing is loaded, as where SQL is linted; a run of this fails. -#}
    {%- if rows is none -%}
        {%- do columns.update({
            'properties_term_1':
                '(select max(parameter_name) from search_parameters)'
        }) -%}
    {%- endif -%}
    {{ return(columns) }}
{%- endmacro %}

{#- The same as it was meant. -#}
{% macro decoded_terms(written) -%}
    {%- set columns = {} -%}
    {%- for name in written -%}
        {%- do columns.update({
            'decoded_' ~ name:
                percent_decoded(name) if name.startswith('address') else name
        }) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- The first of those that is more than blanks, in the form in which terms are compared:
    letter case is nothing, nor how many blanks stand where. -#}
{% macro search_term(decoded) -%}
    {%- set terms = [] -%}
    {%- for name in decoded -%}
        {%- do terms.append("nullif(" ~ trimmed(name) ~ ", '')") -%}
    {%- endfor -%}
    {{ lower_case(replaced_regex(
        'coalesce(' ~ (terms + ['null', 'null']) | join(', ') ~ ')',
        '[' ~ white_space() ~ ']+', ' '
    )) }}
{%- endmacro %}
