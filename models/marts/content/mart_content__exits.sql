-- grain: one row per page or screen that was ever viewed.

with page_days as (
    select * from {{ ref('footfall', 'mart_content__pages_daily') }}
),

-- Days alone say little.
summed as (
    select
        page_host,
        page_path,
        page_group,
        cast(sum(page_views) as bigint) as page_views,
        cast(sum(exits) as bigint) as exits,
        cast(sum(expected_exits) as numeric(18, 6)) as expected_exits,
        cast(sum(excess_exits) as numeric(18, 6)) as excess_exits,
        cast(sum(expected_exit_variance) as numeric(18, 6)) as exit_variance
    from page_days
    group by page_host, page_path, page_group
),

-- In floats, since all that follows is. Of less than five exits, or other views, that
-- are expected the normal distribution tells too little.
spread as (
    select
        *,
        {{ cast('excess_exits', 'double precision') }} as gap,
        case
            when expected_exits >= 5 and page_views - expected_exits >= 5
                then
                    nullif(
                        sqrt({{ cast('exit_variance', 'double precision') }}), 0
                    )
        end as gap_error
    from summed
),

scored as (
    select
        *,
        abs(gap) / gap_error as gap_score
    from spread
),

tested as (
    select
        *,
        {{ to_nine_decimals(two_sided_p('gap_score')) }} as p_value
    from scored
),

-- Of many pages some differ by chance alone (Y. Benjamini and Y. Hochberg, Journal of
-- the Royal Statistical Society B 57 (1995), 289-300).
ranked as (
    select
        *,
        count(p_value) over () as looks,
        row_number() over (
            order by
                coalesce(p_value, 2),
                {{ byte_order('page_host') }},
                {{ byte_order('page_path') }}
        ) as look_number
    from tested
),

adjusted as (
    select
        *,
        {{ cast('p_value', 'double precision') }} * looks / look_number
            as candidate
    from ranked
),

looked as (
    select
        *,
        {{ to_nine_decimals('min(candidate) over later_looks') }} as adjusted_p_value
    from adjusted
    window later_looks as (
        order by look_number desc
        rows between unbounded preceding and current row
    )
),

final as (
    select
        page_host,
        page_path,
        page_group,
        page_views,
        exits,
        expected_exits,
        excess_exits,
        {{ rate('exits', 'page_views') }} as exit_rate,
        {{ rate('expected_exits', 'page_views') }} as expected_exit_rate,
        {{ to_nine_decimals('gap / page_views') }} as excess_exit_rate,
        {{ to_nine_decimals('(gap - 1.959963984540054 * gap_error) / page_views') }}
            as excess_exit_rate_low,
        {{ to_nine_decimals('(gap + 1.959963984540054 * gap_error) / page_views') }}
            as excess_exit_rate_high,
        p_value,
        adjusted_p_value,
        coalesce(adjusted_p_value < 0.05, false) as is_different
    from looked
)

select * from final
