-- grain: one row per day and channel with sessions or ad spend.

with sessions as (
    select
        *,
        source_name || ' ' || visitor_id as visitor_key
    from {{ ref('footfall', 'fct_sessions') }}
),

ad_spend as (
    select * from {{ ref('footfall', 'fct_ad_spend') }}
),

session_totals as (
    select
        started_date as report_date,
        channel,
        {{ session_measures() }}
    from sessions
    group by started_date, channel
),

spend_totals as (
    select
        spend_date as report_date,
        channel,
        cast(sum(spend) as numeric(28, 6)) as spend
    from ad_spend
    group by spend_date, channel
),

-- Days with spend and no session stay, and the other way round.
joined as (
    select
        coalesce(session_totals.report_date, spend_totals.report_date) as report_date,
        coalesce(session_totals.channel, spend_totals.channel) as channel,
        {%- for measure in session_measure_names() %}
            coalesce(session_totals.{{ measure }}, 0) as {{ measure }},
        {%- endfor %}
        coalesce(spend_totals.spend, cast(0 as numeric(28, 6))) as spend
    from session_totals
    full outer join spend_totals
        on
            session_totals.report_date = spend_totals.report_date
            and session_totals.channel = spend_totals.channel
),

final as (
    select
        *,
        {{ session_rates() }}
    from joined
)

select * from final
