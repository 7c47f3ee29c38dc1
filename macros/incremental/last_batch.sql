{#- The last batch that all of these models have taken in: what is made of them has not
    seen more. -#}
{% macro last_batch(names) -%}
    {%- if model.resource_type == 'unit_test' -%} {{ return('1') }} {%- endif -%}
    {%- set batches = [] -%}
    {%- for name in names -%}
        {%- do batches.append(
            '(select coalesce(max(taken_in.batch_number), 0) from ' ~ ref(name)
            ~ ' as taken_in)'
        ) -%}
    {%- endfor -%}
    {{ return(
        'least(' ~ batches | join(', ') ~ ')' if batches | length > 1 else batches[0]
    ) }}
{%- endmacro %}
