-- One row per category and per channel: its place in the shop, by revenue.
-- Key: kind, place
-- kind         category or channel
-- place        1 is the largest
-- place_name   its name
with customer_categories as (
    select * from entities.customer_categories
),
orders as (
    select * from entities.orders
),
totals as (
    select 'category' as kind, category as place_name, sum(revenue) as revenue
    from customer_categories
    group by category
    union all
    select 'channel', coalesce(channel, 'unknown'), sum(revenue)
    from orders
    where is_purchase
    group by coalesce(channel, 'unknown')
)
select
    kind,
    row_number() over (partition by kind order by revenue desc, place_name) as place,
    place_name
from totals
