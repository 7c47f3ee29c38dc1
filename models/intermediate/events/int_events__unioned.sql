-- grain: one row per event delivered by any enabled source, good or bad.

-- Events of one instant go by their id, whose order must not depend on a language.
{% for source in enabled_sources() %}
    select
        {{ byte_order('event_id') }} as event_id,
        {{ event_columns() | reject('equalto', 'event_id') | join(',\n    ') }}
    from {{ ref('stg_' ~ source ~ '__events') }}
    {{ 'union all' if not loop.last }}
{% endfor %}
