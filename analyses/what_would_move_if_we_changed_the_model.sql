-- grain: one row per channel.
-- What would move if we changed from last touch to another model?

with channel_totals as (
    select * from {{ ref('footfall', 'mart_attribution__model_comparison') }}
    where conversion_name = 'purchase'
),

current_ones as (
    select
        channel,
        conversion_share
    from channel_totals
    where attribution_model = 'last_touch'
),

others as (
    select
        channel_totals.channel,
        channel_totals.attribution_model,
        channel_totals.share_spread,
        channel_totals.conversion_share - current_ones.conversion_share
            as share_moved,
        row_number() over (
            partition by channel_totals.channel
            order by
                abs(
                    channel_totals.conversion_share - current_ones.conversion_share
                ) desc,
                channel_totals.attribution_model asc
        ) as move_rank
    from channel_totals
    inner join current_ones
        on channel_totals.channel = current_ones.channel
),

answer as (
    select
        others.channel,
        others.attribution_model as moves_most_under,
        round(current_ones.conversion_share, 3) as last_touch_share,
        round(others.share_moved, 3) as share_moved,
        round(others.share_spread, 3) as share_spread
    from others
    inner join current_ones
        on others.channel = current_ones.channel
    where others.move_rank = 1
)

select * from answer
order by share_spread desc, channel asc
