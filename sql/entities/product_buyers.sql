-- One row per product that a known customer bought.
-- Key: product_id
-- product_id             what
-- buyer_count            customers who bought it
-- repeat_buyer_count     those who bought it in two orders or more
-- first_purchase_count   customers whose first purchase contained it
with lines as (
    select * from entities.lines
),
first_orders as (
    select * from entities.first_orders
),
buyers as (
    select
        product_id,
        customer_id,
        count(distinct order_id) as order_count
    from lines
    where
        is_product
        and not is_return
        and customer_id is not null
    group by product_id, customer_id
),
buyer_counts as (
    select
        product_id,
        count(*) as buyer_count,
        count(*) filter (where order_count > 1) as repeat_buyer_count
    from buyers
    group by product_id
),
first_purchase_counts as (
    select
        lines.product_id,
        count(distinct lines.customer_id) as first_purchase_count
    from lines
    inner join first_orders
        on lines.customer_id = first_orders.customer_id
        and lines.order_id = first_orders.order_id
    where
        lines.is_product
        and not lines.is_return
    group by lines.product_id
)
select
    buyer_counts.product_id,
    buyer_counts.buyer_count,
    buyer_counts.repeat_buyer_count,
    coalesce(first_purchase_counts.first_purchase_count, 0) as first_purchase_count
from buyer_counts
left join first_purchase_counts on buyer_counts.product_id = first_purchase_counts.product_id
