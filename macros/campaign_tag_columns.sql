{#- The event contract's columns of campaign tags, whose placeholders stay. -#}
{% macro campaign_tag_columns() -%}
    {{ return([
        'utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term',
    ]) }}
{%- endmacro %}
