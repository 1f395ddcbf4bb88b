-- One row per customer with a purchase: where and with what it began.
-- Key: customer_id
-- customer_id   who
-- order_id      the first purchase
-- channel       its channel
-- category      its category with the most revenue; null without products
-- order_date    its day
with orders as (
    select * from entities.orders
),
lines as (
    select * from entities.lines
),
first_purchases as (
    select
        customer_id,
        order_id,
        channel,
        order_date
    from orders
    where order_number = 1
),
first_categories as (
    select
        lines.customer_id,
        coalesce(lines.category, 'other') as category,
        sum(lines.revenue) as revenue
    from lines
    left semi join first_purchases
        on lines.customer_id = first_purchases.customer_id
        and lines.order_id = first_purchases.order_id
    where lines.is_product
    group by lines.customer_id, coalesce(lines.category, 'other')
),
ranked_categories as (
    select
        customer_id,
        category,
        row_number() over (
            partition by customer_id
            order by revenue desc, category
        ) as category_rank
    from first_categories
)
select
    first_purchases.customer_id,
    first_purchases.order_id,
    first_purchases.channel,
    ranked_categories.category,
    first_purchases.order_date
from first_purchases
left join ranked_categories
    on first_purchases.customer_id = ranked_categories.customer_id
    and ranked_categories.category_rank = 1
