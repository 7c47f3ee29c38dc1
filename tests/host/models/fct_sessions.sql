{{ config(alias='sessions_told') }}

select count(*) as session_count
from {{ ref('footfall', 'fct_sessions') }}
