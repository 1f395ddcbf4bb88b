-- The score map leaves nobody out and counts nobody twice.
with grouped as (
    select sum(customer_count) as customer_count
    from segments.rfm_groups
),
customers as (
    select count(*) as customer_count
    from entities.customers
    where purchase_day_count > 0
)
select
    grouped.customer_count as grouped_count,
    customers.customer_count
from grouped
cross join customers
where coalesce(grouped.customer_count, 0) <> customers.customer_count
