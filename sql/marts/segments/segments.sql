-- One row per known customer with a purchase: the segment of customers like them.
-- Why: labels follow the segments of the last run, so that a customer changes segment and not only its name.
-- Key: customer_id
-- customer_id       who
-- segment           label; null if the customers do not fall into segments (see predictions.readiness)
-- segment_name      what stands out of it
-- distance          from the middle of the segment, in standard deviations; null without segments
-- second_segment    label of the next nearest; null without segments
-- second_distance   from its middle; null without segments
-- silhouette        1: amid their own, far from all others; 0: between two; below 0: nearer to another; null beyond a sample
with segment_distances as (
    select * from scores.segment_distances
),
segment_silhouettes as (
    select * from scores.segment_silhouettes
),
segment_names as (
    select * from features.segment_names
)
select
    segment_distances.customer_id,
    cast(segment_distances.segment as int) as segment,
    segment_names.segment_name,
    segment_distances.distance,
    cast(segment_distances.second_segment as int) as second_segment,
    segment_distances.second_distance,
    segment_silhouettes.silhouette
from segment_distances
left join segment_silhouettes on segment_distances.customer_id = segment_silhouettes.customer_id
left join segment_names on cast(segment_distances.segment as int) = segment_names.segment
