-- grain: one row per row that the sources of the preset columns deliver.

with staged as (
    {{ staged_events('columns') }}
)

select * from staged
