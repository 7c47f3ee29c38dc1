-- grain: one row per row that the sources of the preset columns deliver.

-- A var says whether this is read, so dbt cannot see it.
-- depends_on: {{ ref('footfall', 'stg_files__lines') }}

with staged as (
    {% call(name) staged_events('columns') %}
        select * from {{ source_rows(name) }} as delivered
    {% endcall %}
)

select * from staged
