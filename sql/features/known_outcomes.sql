-- One row per period whose horizon is over and customer known at its beginning: what was known, and what came.
-- Why: of more than $propensities_fit_customers customers so many are a sample, which fits in memory.
-- Key: period, customer_id
-- period             see features.horizon_periods; all but now
-- customer_id        who
-- outcome_purchase   1 if they bought in the horizon, else 0
-- outcome_third      1 if they reached the third order in it, else 0; null for who had it
-- outcome_best       of a window: 1 if they earned the best tier in it, else 0; null for who had it
-- outcome_revenue    money in it
-- outcome_margin     money in it
-- horizon_days       its days
-- customer_id_place  no feature; nor customer_id_count
-- order_count        and all other columns of features.customer_features: what was known
with customer_features as (
    select * from features.customer_features
    where period <> 'now'
),
sizes as (
    select period, count(*) as customer_id_count
    from customer_features
    group by period
),
numbered_customers as (
    select *, row_number() over (partition by period order by customer_id) as customer_id_place
    from customer_features
),
known_customers as (
    select numbered_customers.*, sizes.customer_id_count
    from numbered_customers
    inner join sizes on numbered_customers.period = sizes.period
    where
        numbered_customers.customer_id_place
        % greatest((sizes.customer_id_count + $propensities_fit_customers - 1) / $propensities_fit_customers, 1) = 0
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
        when known_customers.order_count >= 3 then null
        when known_customers.order_count + coalesce(customer_outcomes.order_count, 0) >= 3 then 1
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
    known_customers.*
from known_customers
inner join periods on known_customers.period = periods.period
left join customer_outcomes
    on known_customers.period = customer_outcomes.period
    and known_customers.customer_id = customer_outcomes.customer_id
left join best_tier_customers as best_before
    on known_customers.period = best_before.period
    and known_customers.customer_id = best_before.customer_id
left join best_tier_customers as best_after
    on periods.next_period = best_after.period
    and known_customers.customer_id = best_after.customer_id
