-- One row per known customer and measure, so that revenue and margin are ranked by the same rules.
-- Key: measure, customer_id
-- measure       revenue or margin
-- customer_id   who
-- amount        money of that measure, all-time
with customers as (
    select * from entities.customers
)
select
    'revenue' as measure,
    customer_id,
    revenue as amount
from customers
union all
select
    'margin' as measure,
    customer_id,
    margin as amount
from customers
