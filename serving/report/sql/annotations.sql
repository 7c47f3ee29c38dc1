-- grain: one row per note on a day.

select
    annotation_date as report_date,
    annotation_kind,
    annotation_text
from dim_annotations
order by annotation_date, annotation_id
