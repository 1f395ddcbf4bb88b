-- One row per known customer: a small number for the name.
-- Key: customer_id
-- customer_id     who
-- customer_code   1, 2, 3, …
with customers as (
    select * from entities.customers
)
select
    customer_id,
    cast(row_number() over (order by customer_id) as int) as customer_code
from customers
