-- One row per period, group and history of purchases: how many customers share it.
-- Why: the likelihood of equal customers is computed once.
-- Key: period, group_name, repeat_count, active_days, age_days, window_count
-- period           now, or window_ago
-- group_name       see features.customer_covariates
-- repeat_count     purchase days after the first
-- active_days      days from the first purchase to the last
-- age_days         days from the first purchase to the end of the period
-- window_count     purchase days in the trailing window; null for now
-- customer_count   customers
-- end_date         last day of the period
with purchase_history as (
    select * from features.purchase_history
)
select
    period,
    group_name,
    repeat_count,
    active_days,
    age_days,
    window_count,
    count(*) as customer_count,
    end_date
from purchase_history
group by period, end_date, group_name, repeat_count, active_days, age_days, window_count
