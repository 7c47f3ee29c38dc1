select session_count
from {{ ref('fct_sessions') }}
where session_count < 1
