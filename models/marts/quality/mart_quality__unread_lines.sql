-- grain: one row per line of a text file that could not be read, and is set aside.

with lines as (
    select * from {{ ref('stg_files__lines') }}
    where unread_reason is not null
),

final as (
    select
        {{ surrogate_key(['source_name', 'input_kind', 'file_path', 'line_number']) }}
            as unread_line_id,
        source_name,
        file_path,
        line_number,
        unread_reason,
        {{ without_addresses('line_text') }} as line_text
    from lines
)

select * from final
