-- grain: one row per line of a text file that could not be read. Who sent it cannot be
-- told, so that whatever may be a network address is taken out of it.

with lines as (
    select * from {{ ref('footfall', 'stg_files__lines') }}
),

unread as (
    select
        source_name,
        input_kind,
        file_path,
        line_number,
        unread_reason,
        {{ without_addresses('line_text') }} as line_text
    from lines
    where unread_reason is not null
)

select * from unread
