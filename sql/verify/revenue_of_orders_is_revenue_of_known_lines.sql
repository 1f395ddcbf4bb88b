-- No money is lost or gained between lines and orders.
with known_lines as (
    select coalesce(sum(revenue), 0) as revenue
    from entities.lines
    where customer_id is not null
),
all_orders as (
    select coalesce(sum(revenue), 0) as revenue
    from entities.orders
)
select
    known_lines.revenue as line_revenue,
    all_orders.revenue as order_revenue
from known_lines
cross join all_orders
where known_lines.revenue <> all_orders.revenue
