{#- Whether the last batches may have changed what the stored model says of a visitor.
    All rows where nothing is stored. -#}
{% macro is_visitor_touched(name) -%}
    {%- if model.resource_type == 'unit_test' -%} {{ return('true') }} {%- endif -%}
    {%- set touched = ref('int_visitors__touched') -%}
    {%- if stored(name) is none -%} true
    {%- else -%}
        (source_name, visitor_id) in (
            select
                touched.source_name,
                touched.visitor_id
            from {{ touched }} as touched
            where {{ is_unseen(name, 'touched.batch_number') }}
        )
    {%- endif -%}
{%- endmacro %}

{#- The same of a person. -#}
{% macro is_person_touched(name) -%}
    {%- if model.resource_type == 'unit_test' -%} {{ return('true') }} {%- endif -%}
    {%- set touched = ref('int_persons__touched') -%}
    {%- if stored(name) is none -%} true
    {%- else -%}
        person_id in (
            select touched.person_id
            from {{ touched }} as touched
            where {{ is_unseen(name, 'touched.batch_number') }}
        )
    {%- endif -%}
{%- endmacro %}
