-- How few customers make each tenth of the revenue.
select
    tenth,
    customer_count as customers,
    round(100 * customer_share, 2) as percent_of_customers,
    customer_count_cumulative as customers_together
from value.purchase_deciles
where measure = 'revenue'
order by tenth
