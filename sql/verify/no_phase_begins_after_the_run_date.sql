-- A phase has begun, and began no earlier than the first order.
with lifecycle as (
    select * from loyalty.lifecycle
),
customers as (
    select * from entities.customers
)
select
    lifecycle.customer_id,
    lifecycle.phase,
    lifecycle.phase_date,
    customers.first_order_date
from lifecycle
inner join customers on lifecycle.customer_id = customers.customer_id
where
    lifecycle.phase_date is null
    or lifecycle.phase_date > $run_date
    or lifecycle.phase_date < customers.first_order_date
