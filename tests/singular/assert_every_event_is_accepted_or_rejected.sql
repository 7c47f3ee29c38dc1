-- grain: one row per source and day of arrival whose events are not all accounted for.

with ledger as (
    select * from {{ ref('footfall', 'mart_quality__event_ledger') }}
),

accounted as (
    select
        source_name,
        received_date,
        received,
        accepted
        {%- for reason in rejection_reasons() %}
            + {{ reason }}
        {%- endfor %} as accounted_for
    from ledger
)

select * from accounted
where received <> accounted_for
