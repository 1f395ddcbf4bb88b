-- One row per segment: a name made of the two features of which its customers have most more than the shop.
-- Why: differences are ratios, so that money, days and shares can be compared; shares below one in twenty are not told. Segments
-- that two features do not tell apart are told by a third.
-- Key: segment
-- segment        label
-- segment_name   such as `much Beauty, by app`
with segment_measures as (
    select * from features.segment_measures
),
words as (
    select * from (values
        ('purchase_day_count', 'frequent', 'infrequent'),
        ('recency_days', 'long silent', 'here lately'),
        ('order_revenue_mean', 'large orders', 'small orders'),
        ('discount_share', 'on discount', 'at full price')
    ) as words (feature, more_word, less_word)
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
told_differences as (
    select
        ranked_differences.segment,
        ranked_differences.place,
        case
            when words.feature is not null and ranked_differences.is_more then words.more_word
            when words.feature is not null then words.less_word
            else concat(
                case
                    when ranked_differences.feature like 'category: %' and ranked_differences.is_more then 'much '
                    when ranked_differences.feature like 'category: %' then 'little '
                    when ranked_differences.is_more then 'by '
                    else 'hardly by '
                end,
                substr(ranked_differences.feature, strpos(ranked_differences.feature, ': ') + 2)
            )
        end as word
    from ranked_differences
    left join words on ranked_differences.feature = words.feature
    where ranked_differences.place <= 3
),
names as (
    select
        segment,
        concat(max(word) filter (where place = 1), ', ', max(word) filter (where place = 2)) as two_words,
        max(word) filter (where place = 3) as third_word
    from told_differences
    group by segment
)
select
    segment,
    case
        when count(*) over (partition by two_words) > 1 then concat(two_words, ', ', third_word)
        else two_words
    end as segment_name
from names
