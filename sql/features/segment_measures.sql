-- One row per segment, and for the whole shop, and feature: its size in the middle.
-- Key: segment, feature
-- segment         label; null for all customers
-- feature         column of features.segment_features; categories and channels by their names
-- feature_mean    mean over the customers
-- feature_median  median of them, or of the part of them that lies in a sample of 100,000 customers of the shop
-- customer_count  customers
with segment_features as (
    select * from features.segment_features
),
segments as (
    select
        customer_id,
        segment,
        row_number() over (order by customer_id) % greatest(count(*) over () / 100000, 1) = 0 as is_sampled
    from scores.segment_distances
    where segment is not null
),
places as (
    select
        concat(kind, '_', cast(place as varchar), '_share') as column_name,
        concat(kind, ': ', place_name) as feature
    from features.segment_places
),
names as (
    select column1 as column_name from (values
        ('purchase_day_count'), ('recency_days'), ('order_revenue_mean'), ('discount_share'),
        ('category_1_share'), ('category_2_share'), ('category_3_share'), ('category_4_share'), ('category_5_share'),
        ('category_6_share'), ('category_7_share'), ('category_8_share'),
        ('channel_1_share'), ('channel_2_share'), ('channel_3_share')
    )
),
measured as (
    select
        cast(segments.segment as int) as segment,
        names.column_name,
        segments.is_sampled,
        cast(case names.column_name
            when 'purchase_day_count' then cast(segment_features.purchase_day_count as double)
            when 'recency_days' then cast(segment_features.recency_days as double)
            when 'order_revenue_mean' then segment_features.order_revenue_mean
            when 'discount_share' then segment_features.discount_share
            when 'category_1_share' then segment_features.category_1_share
            when 'category_2_share' then segment_features.category_2_share
            when 'category_3_share' then segment_features.category_3_share
            when 'category_4_share' then segment_features.category_4_share
            when 'category_5_share' then segment_features.category_5_share
            when 'category_6_share' then segment_features.category_6_share
            when 'category_7_share' then segment_features.category_7_share
            when 'category_8_share' then segment_features.category_8_share
            when 'channel_1_share' then segment_features.channel_1_share
            when 'channel_2_share' then segment_features.channel_2_share
            when 'channel_3_share' then segment_features.channel_3_share
        end as decimal(18, 6)) as worth
    from segment_features
    inner join segments on segment_features.customer_id = segments.customer_id
    cross join names
)
select
    measured.segment,
    coalesce(places.feature, measured.column_name) as feature,
    cast(sum(measured.worth) as double) / count(*) as feature_mean,
    cast(median(measured.worth) filter (where measured.is_sampled) as double) as feature_median,
    count(*) as customer_count
from measured
left join places on measured.column_name = places.column_name
where measured.column_name not like '%share' or measured.column_name = 'discount_share' or places.feature is not null
group by grouping sets (
    (measured.segment, coalesce(places.feature, measured.column_name)),
    (coalesce(places.feature, measured.column_name))
)
