-- One row per period, number of repeat purchase days and their mean revenue: how many customers share them.
-- Why: what is given away says nothing of what a purchase brings.
-- Key: period, repeat_count, purchase_revenue_mean
-- period                  now, or window_ago
-- repeat_count            purchase days after the first, at least 1
-- purchase_revenue_mean   mean revenue of these days
-- customer_count          customers
with purchase_history as (
    select * from features.purchase_history
    where purchase_revenue_mean > 0.0001
)
select
    period,
    repeat_count,
    purchase_revenue_mean,
    count(*) as customer_count
from purchase_history
group by period, repeat_count, purchase_revenue_mean
