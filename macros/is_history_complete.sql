{#- Whether so much of a source is known before a session that its visitor, had they come
    before, would most likely be known too. -#}
{% macro is_history_complete(started_at, history_started_at) -%}
    {{ started_at }}
    >= {{ history_started_at }} + interval '{{ var("history_days") }}' day
{%- endmacro %}
