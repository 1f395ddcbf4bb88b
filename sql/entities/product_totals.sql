-- One row per product: its lines summed, anonymous ones too.
-- Key: product_id
-- product_id     what
-- margin_basis   actual, or assumed if a line had no cost
-- order_count    orders that contain it
-- unit_count     units, returned ones taken off
-- revenue        money
-- margin         money
with lines as (
    select * from entities.lines
)
select
    product_id,
    max(margin_basis) as margin_basis,
    count(distinct order_id) as order_count,
    cast(sum(quantity) as decimal(18, 4)) as unit_count,
    cast(sum(revenue) as decimal(18, 4)) as revenue,
    cast(sum(margin) as decimal(18, 4)) as margin
from lines
where is_product
group by product_id
