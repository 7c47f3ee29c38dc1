-- grain: one row per order that sources of the preset shopify_orders deliver, per
-- amount that was paid back, and per order that was called off.

-- A var says whether this is read, so dbt cannot see it.
-- depends_on: {{ ref('footfall', 'stg_files__lines') }}

with staged as (
    {% call(name) staged_events('shopify_orders') %}
        with orders as (
            select
                {{ text_of('placed.id') }} as id,
                {{ text_of('placed.' ~ source_option(name, 'order_key')) }} as order_id,
                coalesce(
                    nullif({{ text_of('placed.customer_id') }}, ''),
                    nullif({{ text_of('placed.customer__id') }}, ''),
                    {{ json_text(told_json(name, 'orders', 'placed.customer'), 'id') }}
                ) as customer_id,
                lower({{ trimmed(
                    "coalesce(nullif(placed.email, ''), placed.contact_email)"
                ) }}) as email,
                coalesce(
                    nullif({{ text_of('placed.processed_at') }}, ''),
                    {{ text_of('placed.created_at') }}
                ) as placed_at,
                nullif({{ text_of('placed.cancelled_at') }}, '') as cancelled_at,
                lower({{ text_of('placed.test') }}) in ('true', 't', '1') as is_test,
                coalesce(
                    nullif({{ text_of('placed.total_price') }}, ''),
                    {{ text_of('placed.current_total_price') }}
                ) as total_price,
                {{ text_of('placed.subtotal_price') }} as subtotal_price,
                {{ text_of('placed.total_tax') }} as total_tax,
                {{ text_of('placed.currency') }} as currency,
                {{ told_json(name, 'orders', 'placed.line_items') }} as line_items,
                placed.customer_locale
            from {{ source_rows(name, 'orders') }} as placed
        ),

        -- A guest is told by the address, of which a hash alone goes any further.
        known as (
            select
                *,
                coalesce(
                    customer_id,
                    'guest-' || {{ dbt.hash("nullif(email, '')") }},
                    'order-' || {{ dbt.hash('id') }}
                ) as visitor_id
            from orders
        ),

        -- An order that was loaded again gives its refunds no copies.
        numbered as (
            select
                *,
                row_number() over (
                    partition by id order by placed_at, order_id, visitor_id
                ) as copy_number
            from known
        ),

        -- Of a table of payments those count that were paid back.
        refunds as (
            select
                {{ text_of('paid.id') }} as id,
                {{ text_of('paid.order_id') }} as order_id,
                {{ text_of('paid.' ~ source_option(name, 'refund_amount')) }} as amount,
                nullif({{ text_of('paid.currency') }}, '') as currency,
                coalesce(
                    nullif({{ text_of('paid.processed_at') }}, ''),
                    {{ text_of('paid.created_at') }}
                ) as refunded_at
            from {{ source_rows(name, 'refunds') }} as paid
            where
                coalesce(nullif(lower(paid.kind), ''), 'refund') = 'refund'
                and coalesce(nullif(lower(paid.status), ''), 'success') = 'success'
        ),

        happened as (
            select
                'order-' || id as event_id,
                'purchase' as event_name,
                placed_at as occurred_at,
                visitor_id,
                customer_id,
                order_id,
                total_price as revenue,
                subtotal_price,
                total_tax,
                currency,
                line_items,
                customer_locale,
                is_test
            from known

            union all

            select
                'refund-' || refunds.id as event_id,
                'refund' as event_name,
                refunds.refunded_at as occurred_at,
                coalesce(
                    numbered.visitor_id, 'order-' || {{ dbt.hash('refunds.order_id') }}
                ) as visitor_id,
                numbered.customer_id,
                numbered.order_id,
                refunds.amount as revenue,
                null as subtotal_price,
                null as total_tax,
                coalesce(refunds.currency, numbered.currency) as currency,
                null as line_items,
                numbered.customer_locale,
                numbered.is_test
            from refunds
            left join numbered
                on
                    refunds.order_id = numbered.id
                    and numbered.copy_number = 1

            union all

            -- Whatever was not paid back by then is no revenue either.
            select
                'cancelled-' || id as event_id,
                'order_cancelled' as event_name,
                cancelled_at as occurred_at,
                visitor_id,
                customer_id,
                order_id,
                null as revenue,
                null as subtotal_price,
                null as total_tax,
                currency,
                null as line_items,
                customer_locale,
                is_test
            from known
            where cancelled_at is not null
        )

        -- What was tried out happened, and is of no order.
        select
            event_id,
            case when is_test then 'test_order' else event_name end as event_name,
            occurred_at,
            visitor_id,
            customer_id,
            case when coalesce(is_test, false) then null else order_id end as order_id,
            revenue,
            subtotal_price,
            total_tax,
            currency,
            line_items,
            customer_locale
        from happened
    {% endcall %}
)

select * from staged
