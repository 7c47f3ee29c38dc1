-- grain: one row per day, source, medium and campaign of the var generic_ad_spend.

with input_rows as (
    {% if var('generic_ad_spend') -%}
    select * from {{ input_relation(var('generic_ad_spend')) }}
    {%- else -%}
    -- Nothing was spent, or nobody says so.
        select
            null as spend_date,
            null as source,
            null as medium,
            null as campaign,
            null as currency,
            null as cost,
            null as clicks,
            null as impressions
        where false
    {%- endif %}
),

contracted as (
    select
        'generic' as source_name,
        cast({{ utc_timestamp('spend_date') }} as date) as spend_date,
        {{ campaign_tag('cast(source as ' ~ dbt.type_string() ~ ')') }}
            as source,
        {{ campaign_tag('cast(medium as ' ~ dbt.type_string() ~ ')') }}
            as medium,
        {{ campaign_tag('cast(campaign as ' ~ dbt.type_string() ~ ')') }}
            as campaign,
        upper(trim(cast(currency as {{ dbt.type_string() }}))) as currency,
        {{ safe_amount('cost') }} as spend,
        {{ safe_number('clicks', 'bigint') }} as clicks,
        {{ safe_number('impressions', 'bigint') }} as impressions
    from input_rows
)

select * from contracted
