-- One row per known customer, day and item bought.
-- Key: customer_code, day, item_code
-- customer_code   who
-- day             days since $run_date, 0 or below
-- item_code       what, at the level that patterns are mined at ($baskets_level)
-- is_sequenced    whether sequences are made of it: of the last $sequences_window_days, if levels are mixed of products alone
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
    product_items.item_code,
    lines.order_date - $run_date > -$sequences_window_days
    and ($baskets_level <> 'mixed' or product_items.item_level = 'product') as is_sequenced
from lines
inner join customer_codes on lines.customer_id = customer_codes.customer_id
inner join product_items on lines.product_id = product_items.product_id
where
    lines.is_product
    and not lines.is_return
group by customer_codes.customer_code, lines.order_date, product_items.item_code, product_items.item_level
