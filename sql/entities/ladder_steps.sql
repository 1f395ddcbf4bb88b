-- One row per purchase on the order ladder: how long until the next one, or how long it has been waited for.
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
purchases as (
    select
        customer_id,
        order_number,
        order_date,
        lead(order_date) over customer_purchases as next_date,
        first_value(order_date) over customer_purchases as first_date
    from orders
    where is_purchase
    window customer_purchases as (partition by customer_id order by order_number)
)
select
    purchases.customer_id,
    purchases.order_number,
    coalesce(purchases.next_date, $run_date) - purchases.order_date as wait_days,
    purchases.next_date is not null as has_next,
    coalesce(customers.first_channel, 'unknown') as first_channel,
    coalesce(customers.first_category, 'unknown') as first_category,
    cast(date_trunc('month', purchases.first_date) as date) as cohort_month
from purchases
inner join customers on purchases.customer_id = customers.customer_id
where purchases.order_number <= $ladder_depth
