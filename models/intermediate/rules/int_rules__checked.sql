-- grain: one row per rule seed, with the number of its rows. Its hook stops the run at
-- what the seeds cannot mean, and every model comes after it.

with counted as (
    {% for seed in described_rules() %}
        select
            {{ sql_literal(seed) }} as seed_name,
            count(*) as row_count
        from {{ ref(seed) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from counted
