-- One row per known customer, as the chains of referrals see them.
-- Key: customer_id
-- customer_id       who
-- first_order_day   day of the first order, counted from 1970
-- value_to_date     margin less what winning and keeping them cost
with customer_value as (
    select * from value.customer_value
)
select
    customer_id,
    cast(first_order_date as int) as first_order_day,
    value_to_date
from customer_value
