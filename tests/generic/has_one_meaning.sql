{#- Fails for every word of a seed of words that two rows read for one field: one form of
    it may be written in several ways, and the field any is all fields. -#}
{% test has_one_meaning(model) %}

with words as (
    select
        field,
        {{ word_form(trimmed('word')) }} as word
    from {{ model }}
)

select
    word,
    count(*) as row_count
from words
group by word
having
    count(*) > count(distinct field)
    or (count(*) > 1 and max(case when field = 'any' then 1 else 0 end) = 1)

{% endtest %}
