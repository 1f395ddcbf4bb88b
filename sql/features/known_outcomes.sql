-- One row per period whose horizon is over and customer known at its beginning: what was known, and what came.
-- Key: period, customer_id
-- period             two_horizons_ago or horizon_ago
-- customer_id        who
-- outcome_purchase   1 if they bought in the horizon, else 0
-- outcome_third      1 if they reached the third order in it, else 0; null for who had it
-- outcome_revenue    money in it
-- outcome_margin     money in it
-- order_count        and all other columns of features.customer_features: what was known
with customer_features as (
    select * from features.customer_features
    where period <> 'now'
),
customer_outcomes as (
    select * from features.customer_outcomes
)
select
    case when customer_outcomes.order_count > 0 then 1 else 0 end as outcome_purchase,
    case
        when customer_features.order_count >= 3 then null
        when customer_features.order_count + coalesce(customer_outcomes.order_count, 0) >= 3 then 1
        else 0
    end as outcome_third,
    cast(coalesce(customer_outcomes.revenue, 0) as double) as outcome_revenue,
    cast(coalesce(customer_outcomes.margin, 0) as double) as outcome_margin,
    customer_features.*
from customer_features
left join customer_outcomes
    on customer_features.period = customer_outcomes.period
    and customer_features.customer_id = customer_outcomes.customer_id
