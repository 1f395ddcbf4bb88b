-- One row per measure: how unevenly the money is spread over the customers.
-- Why: an amount below 0 counts as 0 here, since neither a share nor a Gini index is defined for it.
-- Key: measure
-- measure                 revenue or margin, all-time
-- customer_count          customers
-- amount                  money of customers above 0
-- gini                    0: all customers bring the same, 1: one brings all; null without money
-- top_01_share            share of the best 1 % of customers, rounded up to whole customers
-- top_05_share            share of the best 5 %
-- top_10_share            share of the best 10 %
-- top_20_share            share of the best 20 %
-- customer_share_for_80   share of customers, best first, that makes 80 %
with ranked_customers as (
    select
        measure,
        customer_rank,
        customer_count,
        greatest(amount, 0) as amount
    from entities.ranked_customers
),
sums as (
    select
        measure,
        min(customer_count) as customer_count,
        sum(amount) as amount,
        sum(amount * customer_rank) as amount_times_rank,
        sum(amount) filter (where customer_rank <= ceil(customer_count * 0.01)) as amount_01,
        sum(amount) filter (where customer_rank <= ceil(customer_count * 0.05)) as amount_05,
        sum(amount) filter (where customer_rank <= ceil(customer_count * 0.10)) as amount_10,
        sum(amount) filter (where customer_rank <= ceil(customer_count * 0.20)) as amount_20
    from ranked_customers
    group by measure
),
running_sums as (
    select
        measure,
        customer_rank,
        amount,
        sum(amount) over (
            partition by measure
            order by customer_rank
            rows between unbounded preceding and current row
        ) as amount_to_here
    from ranked_customers
),
customers_for_80 as (
    select
        running_sums.measure,
        count(*) as customer_count
    from running_sums
    inner join sums on running_sums.measure = sums.measure
    where
        cast(running_sums.amount_to_here - running_sums.amount as double)
        < 0.8 * cast(sums.amount as double)
    group by running_sums.measure
)
select
    sums.measure,
    sums.customer_count,
    sums.amount,
    -- ranks run from the best customer down, which turns the sign of the textbook's formula
    (sums.customer_count + 1) / cast(sums.customer_count as double)
    - 2 * cast(sums.amount_times_rank as double)
    / (sums.customer_count * nullif(cast(sums.amount as double), 0)) as gini,
    cast(sums.amount_01 as double) / nullif(cast(sums.amount as double), 0) as top_01_share,
    cast(sums.amount_05 as double) / nullif(cast(sums.amount as double), 0) as top_05_share,
    cast(sums.amount_10 as double) / nullif(cast(sums.amount as double), 0) as top_10_share,
    cast(sums.amount_20 as double) / nullif(cast(sums.amount as double), 0) as top_20_share,
    customers_for_80.customer_count / cast(sums.customer_count as double) as customer_share_for_80
from sums
left join customers_for_80 on sums.measure = customers_for_80.measure
