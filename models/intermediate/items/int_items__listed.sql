-- grain: one row per product in the items of an accepted event.

with events as (
    select
        log_number,
        source_name,
        event_id,
        visitor_id,
        user_id,
        occurred_at,
        event_name,
        currency,
        items
    from {{ ref('footfall', 'int_events__screened') }}
    where
        items is not null
        and {{ in_scope('visitor') }}
),

entries as (
    {{ json_entries('events', 'items') }}
),

-- What is no object is no product.
products as (
    select * from entries
    where
        {{ first_sign('entry') }} = '{'
        and {{ sound_json('entry') }} is not null
),

told as (
    {{ computed_once('products', told_properties('entry')) }}
),

plain as (
    {{ computed_once('told', plain_properties()) }}
),

named as (
    select
        log_number,
        source_name,
        event_id,
        visitor_id,
        user_id,
        occurred_at,
        event_name,
        currency,
        {%- for name in item_properties() %}
            {{ item_property(name) }} as {{ name }},
        {%- endfor %}
        entry_number as item_number
    from plain
),

-- Who says no quantity means one, and who says a dozen means nobody knows how many.
listed as (
    select
        log_number,
        source_name,
        event_id,
        visitor_id,
        user_id,
        occurred_at,
        event_name,
        currency,
        item_number,
        item_id,
        item_name,
        item_brand,
        item_category,
        item_variant,
        item_list,
        {{ safe_amount('price') }} as price,
        {{ safe_number("coalesce(quantity, '1')", 'numeric(15, 3)') }} as quantity,
        {{ safe_amount('item_revenue') }} as item_revenue
    from named
)

select * from listed
