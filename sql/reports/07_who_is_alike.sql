-- Who is alike: the segments of the shop, by what stands out of them.
select
    segment,
    segment_name as what_stands_out,
    max(customer_count) as customers,
    round(max(feature_mean) filter (where feature = 'order_revenue_mean'), 2) as per_order,
    round(max(feature_mean) filter (where feature = 'purchase_day_count'), 1) as purchases,
    max(revenue) as revenue,
    max(margin) as margin
from segments.segment_profiles
group by segment, segment_name
order by segment
