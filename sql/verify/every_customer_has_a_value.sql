-- No customer and no money is lost between customers and their contribution statements.
with all_customers as (
    select
        count(*) as customer_count,
        coalesce(sum(margin), 0) as margin
    from entities.customers
),
statements as (
    select
        count(*) as customer_count,
        coalesce(sum(value_to_date + acquisition_cost + marketing_cost), 0) as margin
    from value.customer_value
)
select
    all_customers.customer_count,
    statements.customer_count as statement_count,
    all_customers.margin,
    statements.margin as statement_margin
from all_customers
cross join statements
where
    all_customers.customer_count <> statements.customer_count
    or all_customers.margin <> statements.margin
