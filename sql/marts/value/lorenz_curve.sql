-- One row per measure and percent of the customers: the points of the Lorenz curve, from the least customer up.
-- Key: measure, customer_percent
-- measure            revenue or margin, all-time
-- customer_percent   percent of the customers, least first, 0–100
-- amount_share       share of the money that they make; amounts below 0 count as 0
with ranked_customers as (
    select
        measure,
        customer_count,
        customer_count - customer_rank + 1 as rank_from_below,
        greatest(amount, 0) as amount
    from entities.ranked_customers
),
percents as (
    select unnest(range(0, 101)) as customer_percent
),
customers_in_percents as (
    select
        measure,
        amount,
        ceil(100.0 * rank_from_below / customer_count) as customer_percent
    from ranked_customers
),
percent_sums as (
    select
        measure,
        cast(customer_percent as bigint) as customer_percent,
        sum(amount) as amount
    from customers_in_percents
    group by measure, cast(customer_percent as bigint)
),
totals as (
    select
        measure,
        sum(amount) as amount
    from percent_sums
    group by measure
)
select
    totals.measure,
    cast(percents.customer_percent as int) as customer_percent,
    cast(coalesce(sum(percent_sums.amount) over (
        partition by totals.measure
        order by percents.customer_percent
    ), 0) as double) / nullif(cast(totals.amount as double), 0) as amount_share
from totals
cross join percents
left join percent_sums
    on totals.measure = percent_sums.measure
    and percents.customer_percent = percent_sums.customer_percent
