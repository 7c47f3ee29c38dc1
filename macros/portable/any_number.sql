{#- A number that no other row of the log has. -#}
{% macro any_number() -%}
    {{ adapter.dispatch('any_number', 'footfall')() }}
{%- endmacro %}

{% macro default__any_number() -%}
    {{ last_log_number() }} + row_number() over ()
{%- endmacro %}

{#- A count would bring all rows to one thread: a sequence hands numbers to both. -#}
{% macro duckdb__any_number() -%}
    {%- if model.resource_type == 'unit_test' -%}
        {{ default__any_number() }}
    {%- else -%}
        nextval({{ sql_literal(states_relation().incorporate(
            path={'identifier': 'footfall_log_numbers'}
        )) }})
    {%- endif -%}
{%- endmacro %}

{#- Or to one worker. -#}
{% macro spark__any_number() -%}
    {{ last_log_number() }} + monotonically_increasing_id() + 1
{%- endmacro %}

{#- The hook that makes the sequence. -#}
{% macro prepare_numbers() -%}
    {{ adapter.dispatch('prepare_numbers', 'footfall')() }}
{%- endmacro %}

{% macro default__prepare_numbers() -%}
{%- endmacro %}

{% macro duckdb__prepare_numbers() -%}
    create sequence if not exists {{ states_relation().incorporate(
        path={'identifier': 'footfall_log_numbers'}
    ) }}
{%- endmacro %}
