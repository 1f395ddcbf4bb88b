-- One row per customer who bought $audiences_bought and never $audiences_never: product ids or categories.
-- Key: customer_id
-- customer_id   who
with lines as (
    select * from entities.lines
    where customer_id is not null and is_product and not is_return
),
items as (
    select
        customer_id,
        product_id,
        coalesce(category, '') as category
    from lines
)
select customer_id
from items
group by customer_id
having
    bool_or(cast($audiences_bought as varchar) in (product_id, category))
    and not bool_or(cast($audiences_never as varchar) in (product_id, category))
