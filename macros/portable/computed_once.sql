{#- All columns of a relation and these further ones, name -> expression, each computed
    once for a row however often it is read: Postgres would write the expression wherever
    the name stands. -#}
{% macro computed_once(relation, columns) -%}
    {{ adapter.dispatch('computed_once', 'footfall')(relation, columns) }}
{%- endmacro %}

{% macro default__computed_once(relation, columns) -%}
    select
        {{ relation }}.*
        {%- for name, expression in columns.items() %},
            {{ expression }} as {{ name }}
        {%- endfor %}
    from {{ relation }}
{%- endmacro %}

{#- Beside each row and not around all: a filter on the rows must not wait for it. -#}
{% macro postgres__computed_once(relation, columns) -%}
    select
        {{ relation }}.*,
        computed.*
    from {{ relation }}
    cross join lateral (
        select
            {%- for name, expression in columns.items() %}
                {{ expression }} as {{ name }}
                {{- ',' if not loop.last }}
            {%- endfor %}
        offset 0
    ) as computed
{%- endmacro %}
