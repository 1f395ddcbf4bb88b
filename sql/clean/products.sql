-- One row per product that the shop has in its list.
-- Key: product_id
-- product_id     what
-- product_name   name
-- category       upper level of the product tree
-- subcategory    lower level of the product tree
-- brand          brand
-- unit_cost      cost of one, for lines that have no cost of their own
with products as (
    select * from raw.products
)
select
    clean_text(product_id) as product_id,
    clean_text(product_name) as product_name,
    clean_text(category) as category,
    clean_text(subcategory) as subcategory,
    clean_text(brand) as brand,
    try_cast(unit_cost as decimal(18, 4)) as unit_cost
from products
where clean_text(product_id) is not null
