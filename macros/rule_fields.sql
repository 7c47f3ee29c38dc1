{#- What a channel rule can ask about a text, by a regular expression in the column
    <field>_pattern. -#}
{% macro rule_text_fields() -%}
    {{ return([
        'source', 'medium', 'campaign', 'utm_source', 'utm_medium', 'click_id_type',
        'referrer_host',
    ]) }}
{%- endmacro %}

{#- What a channel rule can ask about a kind or a flag, by the value in the column of
    that name. -#}
{% macro rule_value_fields() -%}
    {{ return([
        'source_category', 'source_is_ads', 'is_tagged', 'utm_source_category',
        'referrer_category',
    ]) }}
{%- endmacro %}
