-- How often, how much at a time, how long: by tier.
select
    group_name as tier,
    customer_count as customers,
    orders_per_year as orders_per_year_ratio,
    cast(order_revenue_mean as decimal(18, 4)) as order_revenue_mean,
    retention_rate,
    retention_years as retention_years_ratio
from price.transaction_size
where dimension = 'tier'
order by order_revenue_mean * orders_per_year desc, group_name
