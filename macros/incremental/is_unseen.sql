{#- Whether a row was written after the last one that the stored model has taken in. The
    data itself tells, so a run that died leaves nothing to repair. -#}
{% macro is_unseen(name, batch_number='batch_number') -%}
    {%- set held = stored(name) -%}
    {%- if held is none -%} true
    {%- elif taken_in(stored('int_events__classified')) <= taken_in(held) -%} false
    {%- else -%} {{ batch_number }} > {{ taken_in(held) }}
    {%- endif -%}
{%- endmacro %}

{#- The last batch, or change, of which a stored relation has rows: as a literal, so that
    the engine skips what cannot be newer. -#}
{% macro taken_in(held, number='batch_number') -%}
    {{ return(
        run_query(
            'select coalesce(max(' ~ number ~ '), 0) as last_number from ' ~ held
        ).columns[0].values()[0]
    ) }}
{%- endmacro %}
