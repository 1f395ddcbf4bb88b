-- One row per known customer and category.
-- Key: customer_id, category
-- customer_id     who
-- category        upper level of the product tree; other where a product has none
-- product_count   different products
-- revenue         money, all-time
-- margin          money, all-time
with lines as (
    select * from entities.lines
)
select
    customer_id,
    coalesce(category, 'other') as category,
    count(distinct product_id) as product_count,
    cast(sum(revenue) as decimal(18, 4)) as revenue,
    cast(sum(margin) as decimal(18, 4)) as margin
from lines
where
    customer_id is not null
    and is_product
group by customer_id, coalesce(category, 'other')
