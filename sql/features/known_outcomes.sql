-- One row per period whose horizon is over and customer known at its beginning: what was known, and what came.
-- Key: period, customer_id
-- period             see features.horizon_periods; all but now
-- customer_id        who
-- outcome_purchase   1 if they bought in the horizon, else 0
-- outcome_third      1 if they reached the third order in it, else 0; null for who had it
-- outcome_best       of a window: 1 if they earned the best tier in it, else 0; null for who had it
-- outcome_revenue    money in it
-- outcome_margin     money in it
-- horizon_days       its days
-- order_count        and all other columns of features.customer_features: what was known
with customer_features as (
    select * from features.customer_features
    where period <> 'now'
),
customer_outcomes as (
    select * from features.customer_outcomes
),
best_tier_customers as (
    select * from features.best_tier_customers
),
windows as (
    select column1 as period, column2 as next_period
    from (values ('two_windows_ago', 'window_ago'), ('window_ago', 'now'))
),
periods as (
    select horizon_periods.period, horizon_periods.horizon_days, windows.next_period
    from features.horizon_periods
    left join windows on horizon_periods.period = windows.period
)
select
    case when customer_outcomes.order_count > 0 then 1 else 0 end as outcome_purchase,
    case
        when customer_features.order_count >= 3 then null
        when customer_features.order_count + coalesce(customer_outcomes.order_count, 0) >= 3 then 1
        else 0
    end as outcome_third,
    case
        when periods.next_period is null or best_before.customer_id is not null then null
        when best_after.customer_id is not null then 1
        else 0
    end as outcome_best,
    cast(coalesce(customer_outcomes.revenue, 0) as double) as outcome_revenue,
    cast(coalesce(customer_outcomes.margin, 0) as double) as outcome_margin,
    periods.horizon_days,
    customer_features.*
from customer_features
inner join periods on customer_features.period = periods.period
left join customer_outcomes
    on customer_features.period = customer_outcomes.period
    and customer_features.customer_id = customer_outcomes.customer_id
left join best_tier_customers as best_before
    on customer_features.period = best_before.period
    and customer_features.customer_id = best_before.customer_id
left join best_tier_customers as best_after
    on periods.next_period = best_after.period
    and customer_features.customer_id = best_after.customer_id
