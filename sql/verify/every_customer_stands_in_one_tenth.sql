-- The tenths of the revenue hold every customer once.
with tenths as (
    select
        measure,
        sum(customer_count) as customer_count
    from value.purchase_deciles
    group by measure
),
all_customers as (
    select count(*) as customer_count
    from entities.customers
)
select
    tenths.measure,
    tenths.customer_count,
    all_customers.customer_count as all_customer_count
from tenths
cross join all_customers
where tenths.customer_count <> all_customers.customer_count
