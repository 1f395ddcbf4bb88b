-- One row per product that a first purchase contained.
-- Key: product_id
-- product_id             what
-- first_purchase_count   customers whose first purchase contained it
with lines as (
    select * from entities.lines
),
first_orders as (
    select * from entities.first_orders
),
first_products as (
    select
        lines.product_id,
        lines.customer_id
    from lines
    left semi join first_orders
        on lines.customer_id = first_orders.customer_id
        and lines.order_id = first_orders.order_id
    where
        lines.is_product
        and not lines.is_return
    group by lines.product_id, lines.customer_id
)
select
    product_id,
    count(*) as first_purchase_count
from first_products
group by product_id
