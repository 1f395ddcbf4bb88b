-- Who pays for the shop: tenths of the customers, best first.
select
    decile,
    customer_count as customers,
    amount as revenue,
    amount_share as revenue_share,
    cumulative_share,
    cast(amount_mean as decimal(18, 4)) as revenue_mean
from value.revenue_deciles
where measure = 'revenue'
order by decile
