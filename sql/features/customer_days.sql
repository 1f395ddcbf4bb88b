-- One row per known customer and day with an order or a return: what the day brought.
-- Why: purchase models count days, not orders; margin knows of what came back later.
-- Key: customer_id, order_date
-- customer_id        who
-- purchase_revenue   what the purchases of the day brought; 0 if there was none
-- margin             money, returns taken off
-- has_purchase       whether one of the orders is a purchase
-- order_date         the day
with orders as (
    select * from entities.orders
)
select
    customer_id,
    coalesce(sum(revenue) filter (where is_purchase), 0) as purchase_revenue,
    sum(margin) as margin,
    bool_or(is_purchase) as has_purchase,
    order_date
from orders
group by customer_id, order_date
