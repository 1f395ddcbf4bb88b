-- One row per number of the fitted spend models.
-- Model: fit_spend
-- Given: last.model_parameters
-- Key: model, technique, group_name, parameter
-- model            spend; spend_window_ago: fitted to what was known before the trailing window
-- technique        of src/model/value
-- group_name       all
-- parameter        name as in the papers; two with ~ are a covariance of their logarithms
-- value            its value; null if there is none
-- standard_error   of a parameter; null if it is not fitted
-- value_last       its value in the last run; null in the first
-- reason           why the fit failed and what is used instead; null if it did not
select * from features.spend_cells
order by period, repeat_count, purchase_revenue_mean
