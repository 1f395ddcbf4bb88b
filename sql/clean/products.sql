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
    nullif(trim(cast(product_id as varchar)), '') as product_id,
    nullif(trim(cast(product_name as varchar)), '') as product_name,
    nullif(trim(cast(category as varchar)), '') as category,
    nullif(trim(cast(subcategory as varchar)), '') as subcategory,
    nullif(trim(cast(brand as varchar)), '') as brand,
    try_cast(unit_cost as decimal(18, 4)) as unit_cost
from products
where nullif(trim(cast(product_id as varchar)), '') is not null
