{#- The id of a session, of its key. Where a source does not split by app, it is that of
    source, visitor and start alone. -#}
{% macro session_id() -%}
    {{ surrogate_key([
        'source_name',
        "visitor_id || coalesce(chr(31) || nullif(session_app, ''), '')",
        microseconds_between("timestamp '1970-01-01'", 'session_started_at'),
    ]) }}
{%- endmacro %}
