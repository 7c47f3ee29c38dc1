{#- Whether so much of a source is known before a session that its visitor, had they come
    before, would most likely be known too; or the tracker told when they first came. -#}
{% macro is_history_complete(started_at, history_started_at, told_first_seen_at) -%}
    (
        {{ started_at }}
        >= {{ history_started_at }} + interval '{{ var("history_days") }}' day
        or {{ told_first_seen_at }} is not null
    )
{%- endmacro %}
