-- One row per number of the fitted purchase models.
-- Model: fit_purchases
-- Given: last.model_parameters, features.purchase_counts, features.purchase_groups
-- Key: model, technique, group_name, parameter
-- model            purchases; purchases_window_ago: fitted to what was known before the trailing window;
--                  purchase_covariates, purchase_covariates_window_ago: if covariates are in them, what each does;
--                  purchase_choice: how likely each technique held the trailing window then, for all customers alike,
--                  for groups apart and with covariates, on the clock of the calendar and on one that runs with the season
-- technique        of src/model/value
-- group_name       a group of customers with parameters of its own, see features.customer_covariates; all for the shop
-- parameter        name as in the papers; two with ~ are a covariance of their logarithms; season_01 to season_52: how busy
--                  the shop is in each week from 1 January on, if times are told by a clock that runs with it;
--                  purchase_COVARIATE=VALUE: logarithm of how many times as fast such customers buy as those of the
--                  commonest value; leaving_…, staying_…: of how many times as heavy what makes them leave or stay is
-- value            its value; null if there is none
-- standard_error   of a parameter; null if it is not fitted
-- value_last       its value in the last run; null in the first
-- reason           why the fit failed and what is used instead; null if it did not
select * from features.purchase_cells
order by period, group_name, repeat_count, active_days, age_days, window_count
