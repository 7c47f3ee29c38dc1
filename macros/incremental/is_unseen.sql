{#- Whether a row was written after the last one that the stored model has taken in. The
    data itself tells, so a run that died leaves nothing to repair. -#}
{% macro is_unseen(name, batch_number='batch_number') -%}
    {%- set held = stored(name) -%}
    {%- if held is none -%} true
    {%- else -%}
        {{ batch_number }} > (
            select coalesce(max(held.batch_number), 0) from {{ held }} as held
        )
    {%- endif -%}
{%- endmacro %}
