-- grain: one row per day, source, medium and campaign that the demo paid for.

with raw_ad_spend as (
    select * from {{ ref('raw_ad_spend') }}
),

staged as (
    {{ staged_ad_spend('raw_ad_spend') }}
)

select * from staged
