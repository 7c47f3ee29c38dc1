-- grain: one row per note on a day.

with annotations as (
    select * from {{ ref('annotations') }}
),

final as (
    select
        {{ surrogate_key(['annotation_date', 'annotation_text']) }} as annotation_id,
        annotation_date,
        annotation_text,
        annotation_kind
    from annotations
)

select * from final
