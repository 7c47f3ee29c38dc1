{#- Whether nobody waits for a transaction that drops a relation, and what is made of it
    stays: what replaces it can then be made in the same one. -#}
{% macro drops_unseen() -%}
    {{ return(adapter.dispatch('drops_unseen', 'footfall')() == 'true') }}
{%- endmacro %}

{% macro default__drops_unseen() -%} {{ return('false') }} {%- endmacro %}

{% macro duckdb__drops_unseen() -%} {{ return('true') }} {%- endmacro %}
