-- grain: one row per day of receipt and what became of events, accepted or a reason.

with outcomes as (
    unpivot mart_quality__event_ledger
    on columns(* exclude (
        source_name, received_date, received, unread_amounts,
        amounts_without_currency, revenue_without_currency
    ))
    into name outcome value events
)

select
    received_date as report_date,
    outcome,
    cast(sum(events) as bigint) as events
from outcomes
where events > 0
group by received_date, outcome
order by received_date, outcome
