-- One row per number of the fitted segments.
-- Model: fit_segments
-- Given: last.model_parameters
-- Key: model, technique, group_name, parameter
-- model            segments; segment_choice: what became of every number of segments that was tried
-- technique        k_means or mixture
-- group_name       all; of the choice, the number tried
-- parameter        label.C: the label of cluster C; centroid.C.F: its middle in feature F, standardised; share.C: its share;
--                  of a mixture C.mean.F, C.weight and C.covariance.F.G; F.transform, F.mean, F.deviation: how feature F is
--                  standardised; of a number that was tried silhouette, calinski_harabasz (variance between over within,
--                  more is better), davies_bouldin (overlap, 0 is best), stability, least_share, bic
-- value            its value; null if there is none
-- standard_error   of a silhouette or a stability; else null
-- value_last       its value in the last run; null in the first
-- reason           why the fit failed and what is used instead; null if it did not
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
where customer_id_place % greatest((customer_id_count + $segments_fit_customers - 1) / $segments_fit_customers, 1) = 0
order by customer_id
