-- grain: one row per day, source, medium and campaign, or finer, of the spend of the
-- sources of the preset columns.

with staged as (
    {{ staged_ad_spend('columns') }}
)

select * from staged
