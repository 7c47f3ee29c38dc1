-- grain: one row per conversion or reversal and model whose credit or revenue leaks.

with ledger_models as (
    select * from {{ ref('attribution_models') }}
    where
        is_enabled
        and kind <> 'markov'
),

-- A conversion books all of itself, a reversal the share that goes back.
entries as (
    select
        conversion_id as entry_id,
        cast(1 as numeric(18, 12)) as credit,
        revenue
    from {{ ref('footfall', 'fct_conversions') }}

    union all

    select
        reversal_id as entry_id,
        share_before - share_after as credit,
        0 - reversed_revenue as revenue
    from {{ ref('footfall', 'fct_reversals') }}
    where conversion_id is not null
),

credits as (
    select
        entry_id,
        attribution_model,
        sum(credit) as credit,
        sum(attributed_revenue) as attributed_revenue
    from {{ ref('footfall', 'mart_attribution__credits') }}
    group by entry_id, attribution_model
),

compared as (
    select
        entries.entry_id,
        ledger_models.attribution_model,
        entries.credit,
        entries.revenue,
        coalesce(credits.credit, 0) as booked_credit,
        coalesce(credits.attributed_revenue, 0) as booked_revenue
    from entries
    cross join ledger_models
    left join credits
        on
            entries.entry_id = credits.entry_id
            and ledger_models.attribution_model = credits.attribution_model
)

select * from compared
where
    credit <> booked_credit
    or revenue <> booked_revenue
