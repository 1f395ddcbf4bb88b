-- The cohorts hold every customer with a purchase, and all of them are active in month 0.
with buyers as (
    select count(*) as customer_count
    from entities.customers
    where order_count > 0
),
cohorts as (
    select
        cast(coalesce(sum(customer_count), 0) as bigint) as customer_count,
        cast(coalesce(sum(active_count), 0) as bigint) as active_count
    from value.acquisition_cohorts
    where month_number = 0
)
select
    buyers.customer_count,
    cohorts.customer_count as cohort_customer_count,
    cohorts.active_count
from buyers
cross join cohorts
where
    buyers.customer_count <> cohorts.customer_count
    or buyers.customer_count <> cohorts.active_count
