-- One row per segment and feature: what its customers are like, against the shop.
-- Key: segment, feature
-- segment           label
-- segment_name      what stands out of it
-- feature           purchase_day_count, recency_days, order_revenue_mean, discount_share; share of the revenue by category,
--                   share of the purchases by channel
-- customer_count    customers of the segment
-- feature_mean      mean over them
-- feature_median    median of them, or of the part of them that lies in a sample of 100,000 customers of the shop
-- shop_mean         mean over all customers
-- shop_index        100 × feature_mean / shop_mean; null if that is 0
-- lift              of a category or channel: feature_mean / shop_mean; null of others
-- revenue           money of the segment, all-time
-- margin            money of the segment, all-time
with segment_measures as (
    select * from features.segment_measures
),
segment_names as (
    select * from features.segment_names
),
scored_segments as (
    select * from scores.segment_distances
    where segment is not null
),
customers as (
    select * from entities.customers
),
sums as (
    select
        cast(scored_segments.segment as int) as segment,
        sum(customers.revenue) as revenue,
        sum(customers.margin) as margin
    from scored_segments
    inner join customers on scored_segments.customer_id = customers.customer_id
    group by cast(scored_segments.segment as int)
)
select
    own.segment,
    segment_names.segment_name,
    own.feature,
    own.customer_count,
    own.feature_mean,
    own.feature_median,
    shop.feature_mean as shop_mean,
    100 * own.feature_mean / nullif(shop.feature_mean, 0) as shop_index,
    case
        when own.feature like '%: %' then own.feature_mean / nullif(shop.feature_mean, 0)
    end as lift,
    sums.revenue,
    sums.margin
from segment_measures as own
inner join segment_measures as shop on own.feature = shop.feature and shop.segment is null
inner join segment_names on own.segment = segment_names.segment
inner join sums on own.segment = sums.segment
