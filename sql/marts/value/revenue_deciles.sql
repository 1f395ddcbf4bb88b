-- One row per tenth of the customers, best first: who pays for the shop.
-- Why: the groups are of equal size, so customers of equal amount may stand in two of them.
-- Key: measure, decile
-- measure            revenue or margin, all-time
-- decile             1 is best
-- customer_count     customers of the decile
-- amount             money of the decile
-- amount_share       its share of the whole; null if the whole is not above 0
-- cumulative_share   share of this decile and all better ones; null if the whole is not above 0
-- amount_mean        money per customer
-- amount_min         money of the least customer
-- amount_max         money of the best customer
with ranked_customers as (
    select * from entities.ranked_customers
),
customers_in_deciles as (
    select
        measure,
        amount,
        amount_total,
        ntile(10) over (
            partition by measure
            order by customer_rank
        ) as decile
    from ranked_customers
),
deciles as (
    select
        measure,
        decile,
        count(*) as customer_count,
        sum(amount) as amount,
        min(amount) as amount_min,
        max(amount) as amount_max,
        nullif(greatest(cast(min(amount_total) as double), 0), 0) as amount_total
    from customers_in_deciles
    group by measure, decile
)
select
    measure,
    decile,
    customer_count,
    amount,
    cast(amount as double) / amount_total as amount_share,
    cast(sum(amount) over (partition by measure order by decile) as double)
    / amount_total as cumulative_share,
    cast(amount as double) / customer_count as amount_mean,
    amount_min,
    amount_max
from deciles
