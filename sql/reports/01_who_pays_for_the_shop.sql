-- Who pays for the shop: tenths of the customers, best first.
select
    decile,
    customer_count as customers,
    round(amount, 2) as revenue,
    round(100 * amount_share, 1) as percent,
    round(100 * cumulative_share, 1) as percent_together,
    round(amount_mean, 2) as per_customer
from value.revenue_deciles
where measure = 'revenue'
order by decile
