-- One row per known customer, day and item bought in the last $sequences_window_days days.
-- Key: customer_code, day, item_code
-- customer_code   who
-- day             days since $run_date, 0 or below
-- item_code       what, at the level that patterns are mined at; the product if levels are mixed
with lines as (
    select * from entities.lines
),
customer_codes as (
    select * from features.customer_codes
),
product_items as (
    select * from features.product_items
)
select
    customer_codes.customer_code,
    lines.order_date - $run_date as day,
    product_items.item_code
from lines
inner join customer_codes on lines.customer_id = customer_codes.customer_id
inner join product_items on lines.product_id = product_items.product_id
where
    lines.is_product
    and not lines.is_return
    and lines.order_date > cast(cast($run_date as int) - $sequences_window_days as date)
    and ($baskets_level <> 'mixed' or product_items.item_level = 'product')
group by customer_codes.customer_code, lines.order_date, product_items.item_code
