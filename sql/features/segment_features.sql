-- One row per known customer with a purchase: what they buy, where, how often and for how much, for segments.
-- Why: categories and channels have places by their revenue in the shop, so that the columns are the same in every shop.
-- Key: customer_id
-- customer_id           who
-- purchase_day_count    days with a purchase
-- recency_days          days since the last purchase
-- order_revenue_mean    revenue per purchase
-- discount_share        discount / (revenue + discount); 0 without any
-- category_1_share      share of the revenue in the shop's largest category; so on up to the eighth
-- channel_1_share       share of the purchases in the shop's largest channel; so on up to the third
with customer_features as (
    select * from features.customer_features
    where period = 'now'
),
customer_categories as (
    select * from entities.customer_categories
),
places as (
    select * from features.segment_places
),
orders as (
    select * from entities.orders
    where is_purchase
),
spending as (
    select
        'category' as kind,
        customer_id,
        category as place_name,
        cast(revenue as decimal(18, 4)) as worth
    from customer_categories
    where revenue > 0
    union all
    select 'channel', customer_id, coalesce(channel, 'unknown'), cast(count(*) as decimal(18, 4))
    from orders
    group by customer_id, coalesce(channel, 'unknown')
),
shares as (
    select
        spending.customer_id,
        spending.kind,
        places.place,
        cast(spending.worth as double)
        / cast(sum(spending.worth) over (partition by spending.customer_id, spending.kind) as double) as share
    from spending
    inner join places on spending.kind = places.kind and spending.place_name = places.place_name
),
tastes as (
    select
        customer_id,
        max(share) filter (where kind = 'category' and place = 1) as category_1_share,
        max(share) filter (where kind = 'category' and place = 2) as category_2_share,
        max(share) filter (where kind = 'category' and place = 3) as category_3_share,
        max(share) filter (where kind = 'category' and place = 4) as category_4_share,
        max(share) filter (where kind = 'category' and place = 5) as category_5_share,
        max(share) filter (where kind = 'category' and place = 6) as category_6_share,
        max(share) filter (where kind = 'category' and place = 7) as category_7_share,
        max(share) filter (where kind = 'category' and place = 8) as category_8_share,
        max(share) filter (where kind = 'channel' and place = 1) as channel_1_share,
        max(share) filter (where kind = 'channel' and place = 2) as channel_2_share,
        max(share) filter (where kind = 'channel' and place = 3) as channel_3_share
    from shares
    group by customer_id
)
select
    customer_features.customer_id,
    customer_features.purchase_day_count,
    customer_features.recency_days,
    customer_features.order_revenue_mean,
    coalesce(customer_features.discount_share, 0) as discount_share,
    coalesce(tastes.category_1_share, 0) as category_1_share,
    coalesce(tastes.category_2_share, 0) as category_2_share,
    coalesce(tastes.category_3_share, 0) as category_3_share,
    coalesce(tastes.category_4_share, 0) as category_4_share,
    coalesce(tastes.category_5_share, 0) as category_5_share,
    coalesce(tastes.category_6_share, 0) as category_6_share,
    coalesce(tastes.category_7_share, 0) as category_7_share,
    coalesce(tastes.category_8_share, 0) as category_8_share,
    coalesce(tastes.channel_1_share, 0) as channel_1_share,
    coalesce(tastes.channel_2_share, 0) as channel_2_share,
    coalesce(tastes.channel_3_share, 0) as channel_3_share
from customer_features
left join tastes on customer_features.customer_id = tastes.customer_id
