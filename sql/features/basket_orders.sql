-- One row per order of the last $baskets_window_days days, of customers known or not: a basket.
-- Key: basket_code
-- basket_code   1, 2, 3, … in time
-- customer_id   who; empty for an anonymous order
-- order_id      order or receipt
-- fold          which of the $baskets_folds periods of equally many baskets it falls in
-- order_date    day of its first line
with order_parts as (
    select * from entities.order_parts
),
orders as (
    select
        customer_id,
        order_id,
        min(order_date) as order_date
    from order_parts
    where
        bought_revenue is not null
        and order_date > cast(cast($run_date as int) - $baskets_window_days as date)
    group by customer_id, order_id
    having sum(bought_revenue) > $purchase_revenue_above
),
numbered_orders as (
    select
        *,
        cast(row_number() over (order by order_date, order_id, customer_id) as int) as basket_code
    from orders
)
select
    basket_code,
    customer_id,
    order_id,
    cast(cast(basket_code - 1 as bigint) * $baskets_folds / count(*) over () as int) + 1 as fold,
    order_date
from numbered_orders
