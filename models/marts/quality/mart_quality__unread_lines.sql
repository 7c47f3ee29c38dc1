-- grain: one row per line of a text file that could not be read, and is set aside.

with lines as (
    select * from {{ ref('footfall', 'int_lines__unread') }}
),

final as (
    select
        {{ surrogate_key(['source_name', 'input_kind', 'file_path', 'line_number']) }}
            as unread_line_id,
        source_name,
        input_kind,
        file_path,
        line_number,
        unread_reason,
        line_text
    from lines
)

select * from final
