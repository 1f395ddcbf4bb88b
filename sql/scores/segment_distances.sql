-- One row per known customer with a purchase: who they are like.
-- Model: score_segments
-- Given: scores.segment_fits
-- Key: customer_id
-- customer_id       who
-- segment           label of the nearest middle; null without segments
-- distance          to it, in standard deviations
-- second_segment    label of the second nearest
-- second_distance   to it
select * from features.segment_features
