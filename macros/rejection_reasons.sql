{#- Every reason for which an event is rejected, in the order in which they apply. -#}
{% macro rejection_reasons() -%}
    {{ return([
        'missing_visitor', 'missing_time', 'impossible_time', 'future', 'too_old',
        'duplicate', 'bot', 'internal', 'no_consent',
    ]) }}
{%- endmacro %}
