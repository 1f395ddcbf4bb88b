-- One row per order of a known customer: its lines summed.
-- Key: customer_id, order_id
-- customer_id      who
-- order_id         order or receipt
-- channel          where; the alphabetically first if the lines differ
-- revenue          what the customer paid for it
-- cost             what it cost
-- discount         money taken off
-- line_count       lines
-- unit_count       units, returned ones taken off
-- product_count    different products
-- category_count   different categories
-- margin_basis     actual, or assumed if a line of it had no cost
-- is_purchase      whether its revenue is above $purchase_revenue_above
-- order_date       day of its first line
-- ordered_at       instant of its first line
with order_parts as (
    select * from entities.order_parts
)
select
    customer_id,
    order_id,
    min(channel) as channel,
    sum(revenue) as revenue,
    sum(cost) as cost,
    sum(discount) as discount,
    sum(line_count) as line_count,
    sum(unit_count) as unit_count,
    distinct_union_count(product_hashes) as product_count,
    distinct_union_count(category_hashes) as category_count,
    case when bool_or(margin_basis = 'assumed') then 'assumed' else 'actual' end as margin_basis,
    sum(revenue) > $purchase_revenue_above as is_purchase,
    min(order_date) as order_date,
    min(ordered_at) as ordered_at
from order_parts
where customer_id <> ''
group by customer_id, order_id
