{#- The last batch that all of these models have taken in: what is made of them has not
    seen more. One without a row has taken in all events there are, of which none was its:
    a shop alone has orders and no session. -#}
{% macro last_batch(names) -%}
    {%- if model.resource_type == 'unit_test' -%} {{ return('1') }} {%- endif -%}
    {%- set held = relation_named('int_events__classified') if execute -%}
    {%- set newest = taken_in(held) if held else 0 -%}
    {%- set batches = [] -%}
    {%- for name in names -%}
        {%- do batches.append(
            '(select coalesce(max(taken_in.batch_number), ' ~ newest ~ ') from '
            ~ ref(name) ~ ' as taken_in)'
        ) -%}
    {%- endfor -%}
    {{ return(
        'least(' ~ batches | join(', ') ~ ')' if batches | length > 1 else batches[0]
    ) }}
{%- endmacro %}
