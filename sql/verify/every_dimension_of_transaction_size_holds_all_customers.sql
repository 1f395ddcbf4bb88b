-- However customers are grouped, nobody is counted twice or left out.
with dimensions as (
    select
        dimension,
        sum(customer_count) as customer_count
    from price.transaction_size
    group by dimension
),
all_customers as (
    select count(*) as customer_count
    from entities.customers
)
select
    dimensions.dimension,
    dimensions.customer_count,
    all_customers.customer_count as all_customer_count
from dimensions
cross join all_customers
where dimensions.customer_count <> all_customers.customer_count
