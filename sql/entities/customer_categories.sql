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
    distinct_count(product_id) as product_count,
    sum(revenue) as revenue,
    sum(margin) as margin
from lines
where
    customer_id is not null
    and is_product
group by customer_id, coalesce(category, 'other')
