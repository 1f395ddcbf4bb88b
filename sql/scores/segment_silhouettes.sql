-- One row per customer of a sample: how well they sit in their segment.
-- Model: judge_segments
-- Given: scores.segment_fits
-- Key: customer_id
-- customer_id   who
-- silhouette    1: amid their own, far from all others; 0: between two; below 0: nearer to another
with segment_features as (
    select * from features.segment_features
),
sizes as (
    select count(*) as customer_id_count from segment_features
),
numbered_customers as (
    select *, row_number() over (order by customer_id) as customer_id_place from segment_features
)
select *
from numbered_customers
cross join sizes
where customer_id_place % greatest(customer_id_count / $segments_silhouette_customers, 1) = 0
order by customer_id
