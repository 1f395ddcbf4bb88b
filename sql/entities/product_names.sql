-- One row per product that is listed or sold: what people call it.
-- Key: product_id
-- product_id     what
-- product_name   the list's name, else the alphabetically last on its lines; lines that brought money come before
--                others, on which people note what was missing or broken
-- category       the list's category, else the alphabetically last on its lines
-- subcategory    the list's subcategory
with products as (
    select * from clean.products
),
names_on_lines as (
    select * from entities.names_on_lines
),
named_products as (
    select
        product_id,
        coalesce(max(product_name_sold), max(product_name)) as product_name,
        max(category) as category
    from names_on_lines
    group by product_id
)
select
    named_products.product_id,
    coalesce(products.product_name, named_products.product_name) as product_name,
    named_products.category,
    products.subcategory
from named_products
left join products on named_products.product_id = products.product_id
