-- One row per customer known for $audiences_known_days days who never bought in the event $audiences_event.
-- Why: who is on file and never bought at all is one of them.
-- Key: customer_id
-- customer_id   who
with event_days as (
    select * from entities.event_days
    where event = $audiences_event
),
orders as (
    select * from entities.orders
    where customer_id is not null
),
known_customers as (
    select * from clean.customers
),
identities as (
    select * from clean.identities
),
known_since as (
    select customer_id, min(order_date) as first_date
    from orders
    group by customer_id
    union all
    select known_customers.customer_id, known_customers.first_known_date
    from known_customers
    left join identities on known_customers.customer_id = identities.alias_id
    where identities.alias_id is null
),
attendance as (
    select distinct orders.customer_id
    from orders
    inner join event_days on orders.order_date = event_days.event_date
    where orders.is_purchase
)
select known_since.customer_id
from known_since
left join attendance on known_since.customer_id = attendance.customer_id
where
    attendance.customer_id is null
    and exists (select 1 from event_days)
group by known_since.customer_id
having $run_date - min(known_since.first_date) >= $audiences_known_days
