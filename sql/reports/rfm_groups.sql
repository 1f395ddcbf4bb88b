-- The groups by how lately, how often and for how much customers bought, and what they bring.
select
    group_name,
    customer_count as customers,
    customer_share,
    revenue,
    revenue_share,
    recency_days_mean as recency_days_ratio,
    purchase_day_count_mean as purchase_days_ratio
from segments.rfm_groups
where customer_count > 0
order by revenue desc, group_name
