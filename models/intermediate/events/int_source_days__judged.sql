-- grain: one row per source and local day from its first to its last accepted event, of
-- a source that is missed four weeks on, and per other day with events.

with hours as (
    select * from {{ ref('footfall', 'int_source_hours__counted') }}
),

numbers as (
    {{ dbt.generate_series(possible_day_count()) }}
),

counted as (
    select
        source_name,
        report_date,
        cast(sum(received) as bigint) as received,
        cast(sum(accepted) as bigint) as accepted,
        min(hour_number) as first_hour,
        max(hour_number) as last_hour
    from hours
    group by source_name, report_date
),

-- A wrong clock puts rejected events on any day, so the accepted ones set the bounds.
bounds as (
    select
        source_name,
        min(report_date) as first_day,
        max(report_date) as last_day,
        count(*) as days_with_data
    from counted
    where accepted > 0
    group by source_name
),

newest as (
    select max(last_day) as newest_day
    from bounds
),

spine as (
    select
        bounds.source_name,
        bounds.last_day,
        bounds.days_with_data,
        cast(
            bounds.first_day
            + (numbers.generated_number - 1) * interval '1' day as date
        ) as report_date,
        newest.newest_day
    from bounds
    cross join newest
    cross join numbers
),

-- Does a source have data on 95 days of a hundred, one day excepted? Then it is missed
-- where it has none, also after its last day while others send; after four weeks it has
-- ended. One that sends now and then, as orders by phone, is missed on no day.
rhythms as (
    select
        source_name,
        days_with_data >= 7
        and (days_with_data + 1) * 100
        >= count(case when report_date <= last_day then 1 end) * 95 as is_daily
    from spine
    group by source_name, days_with_data
),

all_days as (
    select
        spine.source_name,
        spine.report_date
    from spine
    inner join rhythms
        on spine.source_name = rhythms.source_name
    where
        spine.report_date <= spine.last_day
        or (
            rhythms.is_daily
            and spine.report_date <= spine.newest_day
            and spine.report_date <= spine.last_day + interval '28' day
        )

    union

    select
        source_name,
        report_date
    from counted
),

-- In which hours of the day does a source have events on 95 days of a hundred, one day
-- excepted? The first and last day, which may be cut, do not count, nor do fewer than
-- seven others say so.
usual_hours as (
    select
        hours.source_name,
        hours.hour_number
    from hours
    inner join bounds
        on
            hours.source_name = bounds.source_name
            and hours.report_date > bounds.first_day
            and hours.report_date < bounds.last_day
    where hours.accepted > 0
    group by hours.source_name, hours.hour_number, bounds.days_with_data
    having
        bounds.days_with_data >= 9
        and (count(*) + 1) * 100 >= (bounds.days_with_data - 2) * 95
),

-- Two in a row, since one alone may be quiet, or the hour that clocks leave out.
usual_pairs as (
    select
        one.source_name,
        one.hour_number
    from usual_hours as one
    inner join usual_hours as next_one
        on
            one.source_name = next_one.source_name
            and one.hour_number + 1 = next_one.hour_number
),

pairs_by_source as (
    select
        source_name,
        count(*) as usual_pair_count
    from usual_pairs
    group by source_name
),

-- Of which pairs does a day have an event?
met_pairs as (
    select
        usual_pairs.source_name,
        hours.report_date,
        count(distinct usual_pairs.hour_number) as met_pair_count
    from usual_pairs
    inner join hours
        on
            usual_pairs.source_name = hours.source_name
            and hours.hour_number
            in (usual_pairs.hour_number, usual_pairs.hour_number + 1)
    group by usual_pairs.source_name, hours.report_date
),

joined as (
    select
        all_days.source_name,
        all_days.report_date,
        counted.first_hour,
        counted.last_hour,
        pairs_by_source.usual_pair_count,
        coalesce(counted.received, 0) as received,
        coalesce(counted.accepted, 0) as accepted,
        coalesce(met_pairs.met_pair_count, 0) as met_pair_count,
        coalesce(rhythms.is_daily, false) as is_daily,
        all_days.report_date = bounds.first_day as is_first_day,
        all_days.report_date = bounds.last_day as is_last_day
    from all_days
    left join counted
        on
            all_days.source_name = counted.source_name
            and all_days.report_date = counted.report_date
    left join bounds
        on all_days.source_name = bounds.source_name
    left join rhythms
        on all_days.source_name = rhythms.source_name
    left join pairs_by_source
        on all_days.source_name = pairs_by_source.source_name
    left join met_pairs
        on
            all_days.source_name = met_pairs.source_name
            and all_days.report_date = met_pairs.report_date
),

-- Where no pair is usual, the edges of the data tell all that can be told.
judged as (
    select
        source_name,
        report_date,
        received,
        accepted,
        received > 0 as has_data,
        is_daily and received = 0 as is_missed,
        case
            when received = 0 then false
            when usual_pair_count is not null then met_pair_count < usual_pair_count
            when is_first_day and first_hour > 0 then true
            when is_last_day and last_hour < 23 then true
            else false
        end as is_partial
    from joined
)

select * from judged
