-- One row per number of repeat purchases: how many customers the purchase model expects to have made so many.
-- Model: count_purchases
-- Given: scores.purchase_fits
-- Key: repeat_count
-- repeat_count         days with a repeat purchase; 7 is 7 or more
-- customers_expected   customers; null without a model
select * from features.cohort_starts
order by age_days
