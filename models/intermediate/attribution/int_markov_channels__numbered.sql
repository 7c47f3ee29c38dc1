-- grain: one row per channel of any journey: its number is the removal that it is.
-- Removals travel in packs of 24, each in a slot of its own; removal 0 removes nothing.

with transitions as (
    select * from {{ ref('int_transitions__counted') }}
),

channels as (
    select distinct channel_1 as channel
    from transitions
    where channel_1 is not null
),

numbered as (
    select
        channel,
        cast(
            row_number() over (
                order by {{ byte_order('channel') }}
            ) as bigint
        ) as removal_number
    from channels
)

select * from numbered
