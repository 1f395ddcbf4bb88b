-- One row per segment: a name made of the two features of which its customers have most more than the shop.
-- Why: differences are ratios, so that money, days and shares can be compared; shares below one in twenty are not told.
-- Key: segment
-- segment        label
-- segment_name   such as `much Beauty, much app`
with segment_measures as (
    select * from features.segment_measures
),
differences as (
    select
        own.segment,
        own.feature,
        own.feature_mean > shop.feature_mean as is_more,
        abs(ln((own.feature_mean + 0.05) / (shop.feature_mean + 0.05))) as strength
    from segment_measures as own
    inner join segment_measures as shop on own.feature = shop.feature and shop.segment is null
    where own.segment is not null
),
ranked_differences as (
    select
        *,
        -- what rounding leaves of equal means is no difference
        row_number() over (
            partition by segment
            order by is_more desc, round(strength, 6) desc, feature
        ) as place
    from differences
),
words as (
    select
        segment,
        place,
        concat(
            case when is_more then 'much ' else 'little ' end,
            case feature
                when 'purchase_day_count' then 'shopping'
                when 'recency_days' then 'silence'
                when 'order_revenue_mean' then 'per order'
                when 'discount_share' then 'discount'
                else substr(feature, strpos(feature, ': ') + 2)
            end
        ) as word
    from ranked_differences
    where place <= 2
)
select
    segment,
    concat(max(word) filter (where place = 1), ', ', max(word) filter (where place = 2)) as segment_name
from words
group by segment
