-- One row per purchase on the order ladder: how long until the next one, or how long it has been waited for.
-- Why: orders and customers know their waits, so that no window runs over the orders again.
-- Key: customer_id, order_number
-- customer_id        who
-- order_number       how manyth purchase
-- wait_days          days to the next purchase, or to $run_date if there is none
-- has_next           whether there is a next purchase
-- first_channel      channel of the first order
-- first_category     category of the first order
-- cohort_month       month of the first purchase
with orders as (
    select * from entities.orders
),
customers as (
    select * from entities.customers
),
first_orders as (
    select * from entities.first_orders
),
steps as (
    select
        customer_id,
        cast(order_number - 1 as bigint) as order_number,
        days_since_previous as wait_days,
        true as has_next
    from orders
    where order_number between 2 and $ladder_depth + 1
    union all
    select
        customer_id,
        order_count as order_number,
        recency_days as wait_days,
        false as has_next
    from customers
    where order_count between 1 and $ladder_depth
)
select
    steps.customer_id,
    steps.order_number,
    steps.wait_days,
    steps.has_next,
    coalesce(first_orders.channel, 'unknown') as first_channel,
    coalesce(first_orders.category, 'unknown') as first_category,
    cast(date_trunc('month', first_orders.order_date) as date) as cohort_month
from steps
inner join first_orders on steps.customer_id = first_orders.customer_id
