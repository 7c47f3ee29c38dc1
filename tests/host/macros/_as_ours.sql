{#- Called as macros of footfall are, and something else. -#}
{% macro sources() -%} {{ exceptions.raise_compiler_error('of the shop') }} {%- endmacro %}

{% macro concerns_footfall() -%} {{ return(false) }} {%- endmacro %}

{% macro rate(first, second) -%} null {%- endmacro %}

{% macro cast(field, type) -%} null {%- endmacro %}
