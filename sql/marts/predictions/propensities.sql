-- One row per known customer with a purchase: what they will do within $propensities_horizon_days and $window_days days, and why.
-- Why: learnt two horizons (windows) ago and tested on the last; predictions.model_quality says what it is worth. Reasons are
-- those for the probability of a purchase, by what each moves it away from the shop's mean.
-- Key: customer_id
-- customer_id               who
-- third_order_probability   third_order: of a third order within the horizon; null for who has it, or without a model (see
--                           predictions.readiness)
-- purchase_probability      purchase: of a purchase within the horizon; null without a model
-- gold_probability          best_tier: to earn the best tier (gold) in the window to come; null for who earns it, or without a
--                           model
-- revenue_expected          revenue: money within the horizon; null without a model
-- margin_expected           margin: money within the horizon; null without a model
-- revenue_window_expected   revenue_window: money within the window to come; null without a model
-- margin_window_expected    margin_window: money within the window to come; null without a model
-- horizon_days              days of the horizon
-- window_days               days of the window
-- reason_1                  the strongest reason; null without a model
-- reason_2                  the second; null if there is none
-- reason_3                  the third; null if there is none
with scored_propensities as (
    select * from scores.propensities
),
best_tier_customers as (
    select * from features.best_tier_customers
    where period = 'now'
)
select
    scored_propensities.customer_id,
    scored_propensities.third_order as third_order_probability,
    scored_propensities.purchase as purchase_probability,
    case
        when best_tier_customers.customer_id is null then scored_propensities.best_tier
    end as gold_probability,
    scored_propensities.revenue as revenue_expected,
    scored_propensities.margin as margin_expected,
    scored_propensities.revenue_window as revenue_window_expected,
    scored_propensities.margin_window as margin_window_expected,
    $propensities_horizon_days as horizon_days,
    $window_days as window_days,
    scored_propensities.reason_1,
    scored_propensities.reason_2,
    scored_propensities.reason_3
from scored_propensities
left join best_tier_customers on scored_propensities.customer_id = best_tier_customers.customer_id
