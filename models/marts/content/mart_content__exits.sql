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

weighed as (
    select
        *,
        {{ looked_p('p_value') }} as candidate
    from tested
),

looked as (
    select
        *,
        {{ adjusted_p('candidate', 'p_value') }} as adjusted_p_value
    from weighed
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
        {{ to_nine_decimals('(gap - ' ~ z_95() ~ ' * gap_error) / page_views') }}
            as excess_exit_rate_low,
        {{ to_nine_decimals('(gap + ' ~ z_95() ~ ' * gap_error) / page_views') }}
            as excess_exit_rate_high,
        p_value,
        adjusted_p_value,
        coalesce(adjusted_p_value < 0.05, false) as is_different
    from looked
)

select * from final
