-- One row per basket and item in it, at the level that patterns are mined at ($baskets_level).
-- Key: basket_code, item_code
-- basket_code   basket
-- item_code     item
-- fold          period of the basket
-- margin        what the item brought in this basket
-- order_date    day of the basket
with lines as (
    select * from entities.lines
),
basket_orders as (
    select * from features.basket_orders
),
product_items as (
    select * from features.product_items
)
select
    basket_orders.basket_code,
    product_items.item_code,
    basket_orders.fold,
    sum(lines.margin) as margin,
    basket_orders.order_date
from lines
inner join basket_orders
    on lines.order_id = basket_orders.order_id
    and coalesce(lines.customer_id, '') = basket_orders.customer_id
inner join product_items on lines.product_id = product_items.product_id
where
    lines.is_product
    and not lines.is_return
group by basket_orders.basket_code, product_items.item_code, basket_orders.fold, basket_orders.order_date
