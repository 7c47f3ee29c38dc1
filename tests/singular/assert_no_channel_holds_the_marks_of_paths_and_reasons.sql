-- grain: one row per channel whose name would be taken for a path or for a reason.

with channels as (
    select * from {{ ref('channels') }}
)

select channel
from channels
where
    channel like '%>%'
    or channel like '%(%'
    or channel like '%)%'
