-- One row per number of repeat purchases: customers who made so many against those that the purchase model expects.
-- Why: a model that cannot repeat the past will not foretell the future. Orders of one day count as one.
-- Key: repeat_count
-- repeat_count         days with a repeat purchase; 7 is 7 or more
-- customer_count       customers
-- customers_expected   customers by the model; null without one
with expected_counts as (
    select * from scores.expected_counts
),
customer_periods as (
    select * from features.customer_periods
    where period = 'now'
),
actual_counts as (
    select
        case when purchase_day_count > 7 then 7 else purchase_day_count - 1 end as repeat_count,
        count(*) as customer_count
    from customer_periods
    group by case when purchase_day_count > 7 then 7 else purchase_day_count - 1 end
)
select
    expected_counts.repeat_count,
    coalesce(actual_counts.customer_count, 0) as customer_count,
    expected_counts.customers_expected
from expected_counts
left join actual_counts on expected_counts.repeat_count = actual_counts.repeat_count
