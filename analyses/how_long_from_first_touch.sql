-- grain: one row per band of days from the first touch to a purchase.
-- How long does it take from the first touch to a purchase?

with first_touches as (
    select
        *,
        seconds_to_conversion / 86400 as days_to_conversion
    from {{ ref('footfall', 'mart_attribution__touchpoints') }}
    where
        conversion_name = 'purchase'
        and touch_number = 1
),

banded as (
    select
        *,
        case
            when days_to_conversion < 1 then 1
            when days_to_conversion < 7 then 2
            when days_to_conversion < 14 then 3
            when days_to_conversion < 30 then 4
            else 5
        end as band_number
    from first_touches
),

answer as (
    select
        band_number,
        case band_number
            when 1 then 'within a day'
            when 2 then 'within a week'
            when 3 then 'within two weeks'
            when 4 then 'within thirty days'
            else 'later'
        end as time_from_first_touch,
        count(*) as purchases,
        round(1.0 * count(*) / sum(count(*)) over (), 3) as purchase_share,
        round(avg(touch_count), 1) as average_touches
    from banded
    group by band_number
)

select * from answer
order by band_number
