-- One row per period whose horizon is over and customer with an order in it: what they did in it.
-- Key: period, customer_id
-- period         see features.horizon_periods
-- customer_id    who
-- order_count    purchases
-- revenue        money, returns taken off
-- margin         money, returns taken off
with orders as (
    select * from entities.orders
),
periods as (
    select * from features.horizon_periods
    where period <> 'now'
)
select
    periods.period,
    orders.customer_id,
    count(*) filter (where orders.is_purchase) as order_count,
    sum(orders.revenue) as revenue,
    sum(orders.margin) as margin
from orders
inner join periods
    on orders.order_date > periods.end_date
    and orders.order_date <= cast(cast(periods.end_date as int) + periods.horizon_days as date)
group by periods.period, orders.customer_id
