-- One row per known customer: the orders summed, all-time, in the trailing window and in the one before it.
-- Key: customer_id
-- customer_id            who
-- margin_basis           actual, or assumed if a line had no cost
-- order_count            purchases
-- order_count_window     purchases in the trailing window
-- order_count_previous   purchases in the window before that
-- revenue                money, all-time
-- revenue_window         money in the trailing window
-- revenue_previous       money in the window before that
-- margin                 money, all-time
-- margin_window          money in the trailing window
-- margin_previous        money in the window before that
-- discount               money taken off, all-time
-- purchase_revenue       money of purchases alone, all-time
-- first_order_date       day of the first order
-- last_order_date        day of the last purchase; null without one
with orders as (
    select * from entities.orders
),
orders_in_windows as (
    select
        *,
        $run_date - order_date < $window_days as is_in_window,
        $run_date - order_date >= $window_days
        and $run_date - order_date < 2 * $window_days as is_in_previous
    from orders
)
select
    customer_id,
    case when bool_or(margin_basis = 'assumed') then 'assumed' else 'actual' end as margin_basis,
    count(*) filter (where is_purchase) as order_count,
    count(*) filter (where is_purchase and is_in_window) as order_count_window,
    count(*) filter (where is_purchase and is_in_previous) as order_count_previous,
    sum(revenue) as revenue,
    coalesce(sum(revenue) filter (where is_in_window), 0) as revenue_window,
    coalesce(sum(revenue) filter (where is_in_previous), 0) as revenue_previous,
    sum(margin) as margin,
    coalesce(sum(margin) filter (where is_in_window), 0) as margin_window,
    coalesce(sum(margin) filter (where is_in_previous), 0) as margin_previous,
    sum(discount) as discount,
    coalesce(sum(revenue) filter (where is_purchase), 0) as purchase_revenue,
    min(order_date) as first_order_date,
    max(order_date) filter (where is_purchase) as last_order_date
from orders_in_windows
group by customer_id
