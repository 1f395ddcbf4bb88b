-- Who is alike: the segments, what they are like and what they bring.
with segments as (
    select
        segment,
        segment_name,
        max(customer_count) as customers,
        max(margin) as margin,
        max(feature_mean) filter (where feature = 'order_revenue_mean') as order_revenue_mean,
        max(feature_mean) filter (where feature = 'purchase_day_count') as purchase_days,
        max(feature_mean) filter (where feature = 'recency_days') as recency_days,
        max(feature_mean) filter (where feature = 'discount_share') as discount_share
    from segments.segment_profiles
    group by segment, segment_name
)
select
    segment_name,
    customers,
    cast(customers as double) / sum(customers) over () as customer_share,
    margin,
    cast(margin as double) / nullif(cast(sum(margin) over () as double), 0) as margin_share,
    cast(order_revenue_mean as decimal(18, 4)) as order_revenue_mean,
    purchase_days as purchase_days_ratio,
    recency_days as recency_days_ratio,
    discount_share
from segments
order by margin desc, segment
