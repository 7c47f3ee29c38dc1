{#- A rule's reason with what is known of a relation's row in place of the names in
    braces. What is put in is not searched for names again: its { is {} until all is. -#}
{% macro filled_reason(reason, relation) -%}
    {%- set filled = namespace(text=reason) -%}
    {%- for name in reason_fields() -%}
        {%- set filled.text -%}
            replace(
                {{ filled.text }}, {{ sql_literal('{' ~ name ~ '}') }},
                replace(coalesce({{ relation }}.{{ name }}, '(none)'), '{', '{}')
            )
        {%- endset -%}
    {%- endfor -%}
    replace({{ filled.text }}, '{}', '{')
{%- endmacro %}

{#- The names that stand in braces in a rule's reason. -#}
{% macro reason_fields() -%}
    {{ return(['source', 'medium', 'campaign', 'click_id_type', 'referrer_host']) }}
{%- endmacro %}
