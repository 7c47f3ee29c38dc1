-- grain: one row per event delivered by any source, good or bad.

-- Events of one instant go by their id, whose order must not depend on a language.
{% for preset in used_presets() %}
    select
        {{ byte_order('event_id') }} as event_id,
        {{ event_columns() | reject('equalto', 'event_id') | join(',\n    ') }}
    from {{ ref('stg_' ~ preset ~ '__events') }}
    {{ 'union all' if not loop.last }}
{% endfor %}
