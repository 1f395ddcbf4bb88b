-- No money is lost or gained between orders and customers.
with all_orders as (
    select coalesce(sum(revenue), 0) as revenue
    from entities.orders
),
all_customers as (
    select coalesce(sum(revenue), 0) as revenue
    from entities.customers
)
select
    all_orders.revenue as order_revenue,
    all_customers.revenue as customer_revenue
from all_orders
cross join all_customers
where all_orders.revenue <> all_customers.revenue
