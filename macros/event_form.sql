{#- The name of an event in a setting or a rule, in the form that names of events have in
    the data: Order Completed is order_completed. -#}
{% macro event_form(column) -%}
    {{ snake_case(separated_words(trimmed(column))) }}
{%- endmacro %}
