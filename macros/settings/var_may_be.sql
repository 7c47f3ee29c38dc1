{#- What a var may be, in words, by its entry in described_vars. -#}
{% macro var_may_be(described) -%}
    {%- set bounds = 'from ' ~ (described.least or 0) ~ ' to ' ~ (described.most or 1) -%}
    {%- set words = {
        'number': 'a whole number ' ~ bounds,
        'share': 'a number ' ~ bounds,
        'flag': 'true or false',
        'date': 'a date from 1000-01-01 to 9999-12-31',
        'timezone': 'an IANA name such as Europe/Berlin',
        'currency': 'a code of three capitals such as EUR',
        'preset': 'the name of a preset such as ga4_2026',
        'choice': 'one of ' ~ described.of | join(', '),
        'list': 'a list of ' ~ described.of ~ 's, such as [' ~ described.example ~ ']',
        'map': 'a map from platforms to whole numbers ' ~ bounds ~ ', such as {ios: 5}',
        'switches': 'a map from each topic to true or false, as `models:` has them',
        'sources': 'a map from names of sources to their options',
    } -%}
    {{- words[described.kind] -}}
    {{- ', or null (' ~ described.null ~ ')' if described.null -}}
{%- endmacro %}
