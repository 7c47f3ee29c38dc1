{#- The key of a combination of campaign tags, click id type and referrer host: rules
    are matched once per combination, not once per session. -#}
{% macro traffic_source_id(relation) -%}
    {%- set prefix = relation ~ '.' -%}
    {{ surrogate_key([
        prefix ~ 'utm_source', prefix ~ 'utm_medium', prefix ~ 'utm_campaign',
        prefix ~ 'click_id_type', prefix ~ 'referrer_host'
    ]) }}
{%- endmacro %}
