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
with scored_segments as (
    select * from scores.segments
),
segment_silhouettes as (
    select * from scores.segment_silhouettes
),
segment_names as (
    select * from features.segment_names
)
select
    scored_segments.customer_id,
    cast(scored_segments.segment as int) as segment,
    segment_names.segment_name,
    scored_segments.distance,
    cast(scored_segments.second_segment as int) as second_segment,
    scored_segments.second_distance,
    segment_silhouettes.silhouette
from scored_segments
left join segment_silhouettes on scored_segments.customer_id = segment_silhouettes.customer_id
left join segment_names on cast(scored_segments.segment as int) = segment_names.segment
