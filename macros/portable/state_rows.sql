{#- Statements that write states over those of the same names: name -> definition.
    `others` are definitions of what no run fills. -#}
{% macro state_rows(definitions, filled_number=0, taken_number=0, others={}) -%}
    {%- set rows = [] -%}
    {%- for name, definition in definitions.items() -%}
        {%- do rows.append((name, definition, filled_number, taken_number)) -%}
    {%- endfor -%}
    {%- for name, definition in others.items() -%}
        {%- do rows.append((name, definition, 0, 0)) -%}
    {%- endfor -%}
    {{ adapter.dispatch('state_rows', 'footfall')(rows) }}
{%- endmacro %}

{% macro default__state_rows(rows) -%}
    delete from {{ states_relation() }}
    where relation_name in ({{ text_list(rows | map('first') | list) }});
    insert into {{ states_relation() }}
        (relation_name, definition, filled_number, taken_number)
    values {{ state_literals(rows) }}
{%- endmacro %}

{#- Rows are added alone, and the last one of a name counts: models of one run write at the
    same time, and of two statements that change a table of Iceberg one would fail. -#}
{% macro spark__state_rows(rows) -%}
    insert into {{ states_relation() }}
    select
        written.relation_name,
        cast(written.definition as {{ dbt.type_string() }}) as definition,
        cast(written.filled_number as bigint) as filled_number,
        cast(written.taken_number as bigint) as taken_number,
        cast(entries.last_number + 1 as bigint) as entry_number
    from (values {{ state_literals(rows) }})
        as written (relation_name, definition, filled_number, taken_number)
    cross join (
        select coalesce(max(entry_number), 0) as last_number
        from {{ states_relation() }}
    ) as entries
{%- endmacro %}

{#- Rows of states between brackets. -#}
{% macro state_literals(rows) -%}
    {%- for name, definition, filled_number, taken_number in rows %}
        (
            {{ sql_literal(name) }}, {{ text_list([definition]) }},
            {{ filled_number }}, {{ taken_number }}
        ){{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- A select of the states that count. -#}
{% macro held_states() -%}
    {{ return(adapter.dispatch('held_states', 'footfall')()) }}
{%- endmacro %}

{% macro default__held_states() -%}
    select
        relation_name,
        definition,
        filled_number,
        taken_number
    from {{ states_relation() }}
{%- endmacro %}

{#- A state that was forgotten has no definition. -#}
{% macro spark__held_states() -%}
    select
        relation_name,
        definition,
        filled_number,
        taken_number,
        entry_number
    from (
        select
            *,
            row_number() over (
                partition by relation_name
                order by entry_number desc
            ) as entry_place
        from {{ states_relation() }}
    ) as entries
    where
        entry_place = 1
        and definition is not null
{%- endmacro %}

{#- The columns of the table of states, name -> type. -#}
{% macro state_columns() -%}
    {%- set columns = {
        'relation_name': dbt.type_string(),
        'definition': dbt.type_string(),
        'filled_number': 'bigint',
        'taken_number': 'bigint',
    } -%}
    {%- do adapter.dispatch('add_state_columns', 'footfall')(columns) -%}
    {{ return(columns) }}
{%- endmacro %}

{% macro default__add_state_columns(columns) -%}
{%- endmacro %}

{% macro spark__add_state_columns(columns) -%}
    {%- if keeps_rows() -%} {%- do columns.update({'entry_number': 'bigint'}) -%} {%- endif -%}
{%- endmacro %}

{#- What follows the columns where the table of states is made. -#}
{% macro state_format() -%}
    {{ adapter.dispatch('state_format', 'footfall')() }}
{%- endmacro %}

{% macro default__state_format() -%}
{%- endmacro %}

{% macro spark__state_format() -%}
    {{ 'using iceberg' if keeps_rows() }}
{%- endmacro %}

{#- Throws away states that others were written over, before a run. -#}
{% macro gather_states() -%}
    {{ adapter.dispatch('gather_states', 'footfall')() }}
{%- endmacro %}

{% macro default__gather_states() -%}
{%- endmacro %}

{% macro spark__gather_states() -%}
    {%- if keeps_rows() and flags.WHICH in ['run', 'build'] -%}
        {%- call statement() -%}
            insert overwrite {{ states_relation() }} {{ held_states() }}
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{#- Forgets what is recorded of the model that is about to be made anew. Where no
    transaction holds its rows and its state together, a run that is killed between the two
    would leave the old state beside the new rows; so a later one finds none, and makes
    them again. -#}
{% macro forget_state() -%}
    {{ adapter.dispatch('forget_state', 'footfall')() }}
{%- endmacro %}

{% macro default__forget_state() -%}
{%- endmacro %}

{% macro spark__forget_state() -%}
    {%- if keeps_rows() and model.name in increment().states -%}
        {%- call statement() -%}
            {{ spark__state_rows([(model.name, none, 0, 0)]) }}
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}
