select
    *,
    cast(happened_at as timestamp) as loaded_at
from {{ ref('web_events') }}
