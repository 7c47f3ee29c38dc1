{#- Fails for every key that repeats, nulls counted as equal, and for every key with a
    null in a column that is not declared nullable. -#}
{% test is_primary_key(model, column_names, nullable=[]) %}

select
    {{ column_names | join(',\n    ') }},
    count(*) as row_count
from {{ model }}
group by {{ column_names | join(', ') }}
having
    count(*) > 1
    {%- for column_name in column_names if column_name not in nullable %}
    or {{ column_name }} is null
    {%- endfor %}

{% endtest %}
