-- Customers, orders and money of the trailing window.
select
    count(*) as customers,
    count(*) filter (where order_count_window > 0) as active_customers,
    sum(order_count_window) as orders_window,
    sum(revenue_window) as revenue_window,
    sum(margin_window) as margin_window
from base.customers
