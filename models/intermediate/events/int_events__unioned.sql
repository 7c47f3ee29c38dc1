-- grain: one row per event delivered by any enabled source, good or bad.

{% for source in enabled_sources() %}
    select
        {{ event_columns() | join(',\n    ') }}
    from {{ ref('stg_' ~ source ~ '__events') }}
    {{ 'union all' if not loop.last }}
{% endfor %}
