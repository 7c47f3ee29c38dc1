-- grain: one row per day, source, medium and campaign, or finer, of the spend that sources
-- name.

-- A var says whether this is read, so dbt cannot see it.
-- depends_on: {{ ref('footfall', 'stg_files__lines') }}

with staged as (
    {{ staged_ad_spend() }}
)

select * from staged
