-- One row per number of every fitted model, and how far it moved since the last run.
-- Key: model, technique, group_name, parameter
-- model            purchases, spend: fitted up to $run_date; …_window_ago: to what was known one window ago;
--                  purchase_choice: how likely each technique held what the trailing window brought;
--                  purchase_covariates: what covariates do, if they are in it; segments;
--                  segment_choice: what became of every number of segments that was tried
-- technique        how it was fitted
-- group_name       a group of customers with parameters of its own; all for the shop; of segment_choice, the number tried
-- parameter        name as in the papers; two with ~ are a covariance of their logarithms; season_01 to season_52: how busy
--                  the shop is in each week from 1 January on, if the model's clock runs with it;
--                  purchase_COVARIATE=VALUE: logarithm of how many times as fast such customers buy as those of the
--                  commonest value; leaving_…, staying_…: of how many times as heavy what makes them leave or stay is;
--                  of segments see scores.segment_fits; none if nothing was fitted
-- value            its value; null if there is none
-- standard_error   of a parameter; null if it is not fitted
-- value_last       its value in the last run; null in the first
-- drift            how many standard errors it moved since then; null if there is no error
-- reason           why the fit failed and what is used instead; null if it did not
with purchase_fits as (
    select * from scores.purchase_fits
),
spend_fits as (
    select * from scores.spend_fits
),
segment_fits as (
    select * from scores.segment_fits
),
fits as (
    select * from purchase_fits
    union all
    select * from spend_fits
    union all
    select * from segment_fits
)
select
    model,
    technique,
    group_name,
    parameter,
    value,
    standard_error,
    value_last,
    (value - value_last) / nullif(standard_error, 0) as drift,
    reason
from fits
