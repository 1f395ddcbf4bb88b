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
lines as (
    select * from entities.lines
),
names_on_lines as (
    select
        product_id,
        coalesce(max(product_name) filter (where revenue > 0), max(product_name)) as product_name,
        max(category) as category
    from lines
    where product_id is not null
    group by product_id
)
select
    names_on_lines.product_id,
    coalesce(products.product_name, names_on_lines.product_name) as product_name,
    names_on_lines.category,
    products.subcategory
from names_on_lines
left join products on names_on_lines.product_id = products.product_id
