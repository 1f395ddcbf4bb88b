-- How few customers make each tenth of the revenue.
select
    tenth,
    customer_count as customers,
    customer_share,
    amount as revenue,
    cast(amount_mean as decimal(18, 4)) as revenue_mean
from value.purchase_deciles
where measure = 'revenue'
order by tenth
