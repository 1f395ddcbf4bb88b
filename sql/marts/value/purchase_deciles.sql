-- One row per tenth of the revenue (and of the margin), best customers first: how few customers make it.
-- Key: measure, tenth
-- measure                     revenue or margin, all-time
-- tenth                       1 is made by the best customers
-- customer_count              customers who make this tenth
-- customer_share              their share of all customers
-- customer_count_cumulative   customers who make this tenth and those before it
-- customer_share_cumulative   their share of all customers
-- amount                      money of these customers
-- amount_mean                 money per customer
with ranked_customers as (
    select * from entities.ranked_customers
),
-- a customer belongs to the tenth in which the money of the better ones ends
customers_in_tenths as (
    select
        measure,
        amount,
        customer_count,
        least(
            floor(10 * cast(amount_before as double) / cast(amount_total as double)), 9
        ) + 1 as tenth
    from ranked_customers
    where amount_total > 0
),
tenths as (
    select
        measure,
        cast(tenth as int) as tenth,
        count(*) as customer_count,
        min(customer_count) as all_customer_count,
        sum(amount) as amount
    from customers_in_tenths
    group by measure, cast(tenth as int)
)
select
    measure,
    tenth,
    customer_count,
    cast(customer_count as double) / all_customer_count as customer_share,
    sum(customer_count) over (partition by measure order by tenth) as customer_count_cumulative,
    cast(sum(customer_count) over (partition by measure order by tenth) as double)
    / all_customer_count as customer_share_cumulative,
    amount,
    cast(amount as double) / customer_count as amount_mean
from tenths
