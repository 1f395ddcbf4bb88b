-- One row per number of the fitted segments.
-- Model: fit_segments
-- Given: last.model_parameters
-- Key: model, technique, group_name, parameter
-- model            segments; segment_choice: what became of every number of segments that was tried
-- technique        k_means or mixture
-- group_name       all; of the choice, the number tried
-- parameter        label.C: the label of cluster C; centroid.C.F: its middle in feature F, standardised; share.C: its share;
--                  of a mixture C.mean.F, C.weight and C.covariance.F.G; F.transform, F.mean, F.deviation: how feature F is
--                  standardised; silhouette, stability, least_share, bic
-- value            its value; null if there is none
-- standard_error   of a silhouette or a stability; else null
-- value_last       its value in the last run; null in the first
-- reason           why the fit failed and what is used instead; null if it did not
select * from features.segment_features
order by customer_id
