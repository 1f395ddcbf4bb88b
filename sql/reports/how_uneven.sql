-- How unevenly the money is spread: the Lorenz curve of revenue and of margin.
select
    revenue.customer_percent / 100.0 as customer_share,
    revenue.amount_share as revenue_share,
    margin.amount_share as margin_share,
    cast(round(revenue.customer_percent / 100.0 * concentration.customer_count) as bigint) as customers,
    concentration.gini as gini_all,
    case when 0.2 * concentration.customer_count >= $min_group_size then concentration.top_20_share end as best_fifth_share_all,
    concentration.customer_share_for_80 as most_money_share_all
from value.lorenz_curve as revenue
inner join value.concentration as concentration on revenue.measure = concentration.measure
left join value.lorenz_curve as margin
    on revenue.customer_percent = margin.customer_percent and margin.measure = 'margin'
where
    revenue.measure = 'revenue'
    and (revenue.customer_percent = 0 or revenue.customer_percent * concentration.customer_count >= 50)
order by revenue.customer_percent
