-- One row per month of acquisition and month since in which the cohort ordered or returned something.
-- Why: customer by customer first, so that a customer with two orders in a month is counted once.
-- Key: first_month, month_number
-- first_month    month of the first purchase, in months since the year 0
-- month_number   calendar months since; orders before the first purchase (returns) belong to month 0
-- active_count   customers with a purchase in the month
-- revenue        money of the month
-- margin         money of the month
with orders as (
    select * from entities.orders
),
customer_beginnings as (
    select * from entities.customer_beginnings
),
dated_orders as (
    select
        orders.customer_id,
        orders.revenue,
        orders.margin,
        orders.is_purchase,
        cast(
            12 * date_part('year', orders.order_date) + date_part('month', orders.order_date) as bigint
        ) as order_month,
        cast(
            12 * date_part('year', customer_beginnings.first_purchase_date)
            + date_part('month', customer_beginnings.first_purchase_date) as bigint
        ) as first_month
    from orders
    inner join customer_beginnings on orders.customer_id = customer_beginnings.customer_id
),
customer_months as (
    select
        customer_id,
        order_month,
        first_month,
        bool_or(is_purchase) as is_active,
        sum(revenue) as revenue,
        sum(margin) as margin
    from dated_orders
    group by customer_id, order_month, first_month
)
select
    first_month,
    greatest(order_month - first_month, 0) as month_number,
    count(*) filter (where is_active) as active_count,
    sum(revenue) as revenue,
    sum(margin) as margin
from customer_months
group by first_month, greatest(order_month - first_month, 0)
