-- One row per product, subcategory and category that was ever sold: what patterns are made of.
-- Why: mining counts small numbers instead of names; what sells best has the lowest number of its level.
-- Key: item_code
-- item_code     0, 1, 2, …: categories, then subcategories, then products
-- item_level    category, subcategory or product
-- item_id       name of the category; category / subcategory; product_id
-- item_name     what people call it
-- category      category it belongs to; other where a product has none
-- parent_code   the item above it; null for a category
with products as (
    select * from entities.products
),
placed_products as (
    select
        product_id,
        coalesce(product_name, product_id) as product_name,
        coalesce(category, 'other') as category,
        coalesce(category, 'other') || ' / ' || subcategory as subcategory_id,
        subcategory,
        order_count
    from products
),
items as (
    select
        1 as level_rank,
        'category' as item_level,
        category as item_id,
        category as item_name,
        category,
        cast(null as varchar) as parent_id,
        sum(order_count) as order_count
    from placed_products
    group by category
    union all
    select
        2 as level_rank,
        'subcategory' as item_level,
        subcategory_id as item_id,
        subcategory as item_name,
        category,
        category as parent_id,
        sum(order_count) as order_count
    from placed_products
    where subcategory is not null
    group by subcategory_id, subcategory, category
    union all
    select
        3 as level_rank,
        'product' as item_level,
        product_id as item_id,
        product_name as item_name,
        category,
        coalesce(subcategory_id, category) as parent_id,
        order_count
    from placed_products
),
coded_items as (
    select
        *,
        cast(row_number() over (order by level_rank, order_count desc, item_id) as int) - 1 as item_code
    from items
)
select
    coded_items.item_code,
    coded_items.item_level,
    coded_items.item_id,
    coded_items.item_name,
    coded_items.category,
    parents.item_code as parent_code
from coded_items
left join coded_items as parents
    on coded_items.parent_id = parents.item_id
    and parents.level_rank < 3
    and parents.level_rank < coded_items.level_rank
