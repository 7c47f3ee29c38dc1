-- grain: one row per record of a text file, or per line of it that cannot be read.

with records as (
    {{ text_records() }}
),

final as (
    select
        source_name,
        input_kind,
        file_path,
        file_version,
        line_number,
        dialect,
        fields,
        unread_reason,
        line_text
    from records
)

select * from final
