{#- Whether a table that goes takes the views over it with it. -#}
{% macro drops_views_of_tables() -%}
    {{ return(adapter.dispatch('drops_views_of_tables', 'footfall')() == 'true') }}
{%- endmacro %}

{% macro default__drops_views_of_tables() -%} {{ return('false') }} {%- endmacro %}

{% macro postgres__drops_views_of_tables() -%} {{ return('true') }} {%- endmacro %}
