-- One row per cohort and week: the repeat purchases that the purchase model expects of it up to the end of the week.
-- Model: track_purchases
-- Given: scores.purchase_fits
-- Key: cohort, weeks_ago
-- cohort                       month of the first purchase, YYYY-MM; all for all customers
-- weeks_ago                    whole weeks from the end of the week to $run_date
-- orders_expected_cumulative   days with a repeat purchase; null without a model
select * from features.cohort_starts
order by age_days
