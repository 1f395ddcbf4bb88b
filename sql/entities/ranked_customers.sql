-- One row per known customer and measure: the customers from the best to the least, with what those before them make.
-- Key: measure, customer_id
-- measure              revenue or margin
-- customer_id          who
-- amount               money of that measure, all-time
-- customer_rank        1 is best; equal amounts in the order of the customer ids
-- customer_count       customers
-- amount_before        money of all better customers
-- amount_total         money of all customers
with customer_measures as (
    select * from entities.customer_measures
),
totals as (
    select
        measure,
        count(*) as customer_count,
        sum(amount) as amount_total
    from customer_measures
    group by measure
),
ranked_customers as (
    select
        measure,
        customer_id,
        amount,
        row_number() over (
            partition by measure
            order by amount desc, customer_id
        ) as customer_rank,
        sum(amount) over (
            partition by measure
            order by amount desc, customer_id
            rows between unbounded preceding and current row
        ) as amount_to_here
    from customer_measures
)
select
    ranked_customers.measure,
    ranked_customers.customer_id,
    ranked_customers.amount,
    ranked_customers.customer_rank,
    totals.customer_count,
    ranked_customers.amount_to_here - ranked_customers.amount as amount_before,
    totals.amount_total
from ranked_customers
inner join totals on ranked_customers.measure = totals.measure
