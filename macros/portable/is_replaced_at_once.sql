{#- Whether a table or view can be made under its own name, in the transaction in which
    what is held goes. dbt makes it under another one, and then moves both and drops what
    was held: three more statements, and a long way of dbt's to each. -#}
{% macro is_replaced_at_once(held, type) -%}
    {{ return(
        adapter.dispatch('is_replaced_at_once', 'footfall')(held, type) == 'true'
    ) }}
{%- endmacro %}

{#- What is made of a table that is dropped would go with it, and readers would wait. -#}
{% macro default__is_replaced_at_once(held, type) -%}
    {{ return('true' if held is none else 'false') }}
{%- endmacro %}

{#- Without transactions a build that dies would leave nothing, and a lake has tables of
    its own. -#}
{% macro duckdb__is_replaced_at_once(held, type) -%}
    {{ return(
        'true' if (held is none or held.type == type)
            and not adapter.disable_transactions() and not adapter.is_ducklake(this)
        else 'false'
    ) }}
{%- endmacro %}

{#- Its tables are made in a way of its own. -#}
{% macro spark__is_replaced_at_once(held, type) -%} {{ return('false') }} {%- endmacro %}
