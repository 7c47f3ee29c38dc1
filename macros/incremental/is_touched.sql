{#- Whether the last batches may have changed what the stored model says of a visitor.
    All rows where nothing is stored. Where no batch is new the SQL says so itself, and
    the engine reads nothing. -#}
{% macro is_visitor_touched(name) -%}
    {%- if model.resource_type == 'unit_test' -%} {{ return('true') }} {%- endif -%}
    {{ is_touched(name, ref('int_visitors__touched'), ['source_name', 'visitor_id']) }}
{%- endmacro %}

{#- Whether what is stored of a visitor's sessions may be another now. Whatever makes
    sessions reads by this, or some of them would lack a part and be lost. -#}
{% macro is_session_touched() -%}
    ({{ is_visitor_touched('fct_sessions') }} or {{ is_history_moved() }})
{%- endmacro %}

{#- Of a person, whether the last batches may have changed what the stored model says. -#}
{% macro is_person_touched(name) -%}
    {%- if model.resource_type == 'unit_test' -%} {{ return('true') }} {%- endif -%}
    {{ is_touched(name, ref('int_persons__touched'), ['person_id']) }}
{%- endmacro %}

{#- Whether anything changed that the stored credits of a conversion are made of. Of a
    person who came back most conversions stay as they were. -#}
{% macro is_conversion_changed(name) -%}
    {%- set held = stored(name) -%}
    {{ return(
        'true' if held is none
        else 'change_number > ' ~ taken_in(held, 'change_number')
    ) }}
{%- endmacro %}

{% macro is_touched(name, touched, keys) -%}
    {%- set held = stored(name) -%}
    {%- if held is none -%} true
    {%- elif taken_in(touched) <= taken_in(held) -%} false
    {%- else -%}
        ({{ keys | join(', ') }}) in (
            select touched.{{ keys | join(', touched.') }}
            from {{ touched }} as touched
            where {{ is_unseen(name, 'touched.batch_number') }}
        )
    {%- endif -%}
{%- endmacro %}
