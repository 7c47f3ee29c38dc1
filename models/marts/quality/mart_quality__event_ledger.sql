-- grain: one row per source and day of arrival; its reasons and accepted events sum
-- to what was received.

with events as (
    select * from {{ ref('int_events__classified') }}
),

final as (
    select
        source_name,
        cast({{ local_time('received_at') }} as date) as received_date,
        count(*) as received,
        count(case when rejection_reason is null then 1 end) as accepted,
    {%- for reason in rejection_reasons() %}
        count(case when rejection_reason = '{{ reason }}' then 1 end) as {{ reason }}
        {{- ',' if not loop.last }}
    {%- endfor %}
    from events
    group by source_name, cast({{ local_time('received_at') }} as date)
)

select * from final
