{#- What trackers call a property of a product, the commonest name first. -#}
{% macro item_properties() -%}
    {{ return({
        'item_id': ['item_id', 'product_id', 'id', 'sku'],
        'item_name': ['item_name', 'name', 'title'],
        'item_brand': ['item_brand', 'brand', 'vendor'],
        'item_category': ['item_category', 'category'],
        'item_variant': ['item_variant', 'variant'],
        'item_list': ['item_list_name', 'item_list_id', 'list'],
        'price': ['price'],
        'quantity': ['quantity'],
        'item_revenue': ['item_revenue'],
    }) }}
{%- endmacro %}

{#- told_<key> -> what a product has under the key, for every key. -#}
{% macro told_properties(product) -%}
    {%- set columns = {} -%}
    {%- for key in item_properties().values() | sum(start=[]) -%}
        {%- do columns.update({'told_' ~ key: json_text(product, key)}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- plain_<key> -> the same trimmed, and null where a text was meant and an object or a
    list stands. -#}
{% macro plain_properties() -%}
    {%- set columns = {} -%}
    {%- for key in item_properties().values() | sum(start=[]) -%}
        {%- set told = 'told_' ~ key -%}
        {%- set plain -%}
            case
                when
                    substr({{ told }}, 1, 1) in ('{', '[')
                    and {{ sound_json(told) }} is not null
                    then null
                else {{ trimmed(told) }}
            end
        {%- endset -%}
        {%- do columns.update({'plain_' ~ key: plain}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- A property of a product: what stands under the first of its keys that says something. -#}
{% macro item_property(name) -%}
    {%- set texts = [] -%}
    {%- for key in item_properties()[name] -%}
        {%- do texts.append(clean_text('plain_' ~ key)) -%}
    {%- endfor -%}
    {{ return(
        'coalesce(' ~ texts | join(', ') ~ ')' if texts | length > 1 else texts[0]
    ) }}
{%- endmacro %}
