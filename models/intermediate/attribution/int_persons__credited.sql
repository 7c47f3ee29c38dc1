-- grain: one row per conversion name, model of the ledger, channel and person with any
-- credit there: how many conversions of this person does the channel get?

-- Many models give most touches nothing.
with credits as (
    select * from {{ ref('footfall', 'int_credit_entries__unioned') }}
    where entry_type = 'conversion' and credit <> 0
),

credited as (
    select
        conversion_name,
        attribution_model,
        channel,
        person_id,
        cast(sum(credit) as numeric(18, 12)) as conversions
    from credits
    group by conversion_name, attribution_model, channel, person_id
    having sum(credit) > 0
)

select * from credited
