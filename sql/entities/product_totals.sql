-- One row per product: its lines summed, anonymous ones too, and who bought it how often.
-- Why: customer by customer, then the product, so that nothing need be counted twice over.
-- Key: product_id
-- product_id           what
-- margin_basis         actual, or assumed if a line had no cost
-- order_count          orders that contain it
-- buyer_count          known customers who bought it
-- repeat_buyer_count   those who bought it in two orders or more
-- unit_count           units, returned ones taken off
-- revenue              money
-- margin               money
with lines as (
    select * from entities.lines
),
product_customers as (
    select
        product_id,
        customer_id,
        bool_or(margin_basis = 'assumed') as is_assumed,
        distinct_count(order_id) as order_count,
        distinct_count(order_id) filter (where not is_return) as bought_count,
        sum(quantity) as unit_count,
        sum(revenue) as revenue,
        sum(margin) as margin
    from lines
    where is_product
    group by product_id, customer_id
)
select
    product_id,
    case when bool_or(is_assumed) then 'assumed' else 'actual' end as margin_basis,
    sum(order_count) as order_count,
    count(customer_id) filter (where bought_count > 0) as buyer_count,
    count(customer_id) filter (where bought_count > 1) as repeat_buyer_count,
    sum(unit_count) as unit_count,
    sum(revenue) as revenue,
    sum(margin) as margin
from product_customers
group by product_id
