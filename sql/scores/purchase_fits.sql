-- One row per number of the fitted purchase models.
-- Model: fit_purchases
-- Given: last.model_parameters, features.purchase_counts
-- Key: model, technique, group_name, parameter
-- model            purchases; purchases_window_ago: fitted to what was known before the trailing window;
--                  purchase_choice: how likely each technique held the trailing window then, on the clock of the
--                  calendar and on one that runs with the season
-- technique        of src/model/value
-- group_name       what customers are fitted apart by; all for the shop
-- parameter        name as in the papers; two with ~ are a covariance of their logarithms; season_01 to season_52: how busy
--                  the shop is in each week from 1 January on, if times are told by a clock that runs with it
-- value            its value; null if there is none
-- standard_error   of a parameter; null if it is not fitted
-- value_last       its value in the last run; null in the first
-- reason           why the fit failed and what is used instead; null if it did not
select * from features.purchase_cells
order by period, group_name, repeat_count, active_days, age_days, window_count
