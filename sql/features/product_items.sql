-- One row per product and level of the product tree that patterns are mined at ($baskets_level).
-- Key: product_id, item_code
-- product_id   what was bought
-- item_code    the product itself, its subcategory or its category; each of them if levels are mixed
-- item_level   product, subcategory or category
with items as (
    select * from features.items
),
products as (
    select * from items
    where item_level = 'product'
),
product_items as (
    select
        item_id as product_id,
        item_code,
        item_level
    from products
    union all
    select
        products.item_id as product_id,
        parents.item_code,
        parents.item_level
    from products
    inner join items as parents on products.parent_code = parents.item_code
    union all
    select
        products.item_id as product_id,
        grandparents.item_code,
        grandparents.item_level
    from products
    inner join items as parents on products.parent_code = parents.item_code
    inner join items as grandparents on parents.parent_code = grandparents.item_code
)
select
    product_id,
    item_code,
    item_level
from product_items
where $baskets_level in (item_level, 'mixed')
