-- How unevenly the money is spread: the Lorenz curve of revenue and of margin.
select
    revenue.customer_percent / 100.0 as customer_share,
    revenue.amount_share as revenue_share,
    margin.amount_share as margin_share,
    cast(round(revenue.customer_percent / 100.0 * concentration.customer_count) as bigint) as customers,
    concentration.gini as gini_ratio,
    concentration.top_20_share,
    concentration.customer_share_for_80
from value.lorenz_curve as revenue
inner join value.concentration as concentration on revenue.measure = concentration.measure
left join value.lorenz_curve as margin
    on revenue.customer_percent = margin.customer_percent and margin.measure = 'margin'
where revenue.measure = 'revenue'
order by revenue.customer_percent
