-- One row per customer with a product: how many products and categories, and how evenly.
-- Key: customer_id
-- customer_id        who
-- product_count      different products
-- category_count     different categories
-- category_entropy   −Σ p ln p over the categories' shares p of the positive revenue, in nats
with customer_categories as (
    select * from entities.customer_categories
),
category_revenues as (
    select
        customer_id,
        product_count,
        case when revenue > 0 then cast(revenue as double) else 0 end as revenue
    from customer_categories
),
category_shares as (
    select
        customer_id,
        product_count,
        revenue / nullif(sum(revenue) over (partition by customer_id), 0) as revenue_share
    from category_revenues
)
select
    customer_id,
    sum(product_count) as product_count,
    count(*) as category_count,
    -- rounded, so that the order in which the categories are added leaves no trace
    round(
        coalesce(
            abs(sum(revenue_share * ln(revenue_share)) filter (where revenue_share > 0)), 0
        ), 9
    ) as category_entropy
from category_shares
group by customer_id
