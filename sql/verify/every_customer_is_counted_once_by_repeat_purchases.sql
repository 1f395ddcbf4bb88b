-- purchase_frequency counts every customer with a purchase once, and so does its model.
with customers as (
    select count(*) as customer_count
    from value.customer_value
    where order_count > 0
),
frequencies as (
    select
        sum(customer_count) as customer_count,
        sum(customers_expected) as customers_expected
    from predictions.purchase_frequency
)
select
    customers.customer_count,
    frequencies.customer_count as counted,
    frequencies.customers_expected
from customers
cross join frequencies
where
    customers.customer_count <> frequencies.customer_count
    or abs(frequencies.customers_expected - customers.customer_count) > 0.000001 * customers.customer_count
