-- One row per known customer with a purchase: what they will do within $propensities_horizon_days days, and why.
-- Why: learnt two horizons ago and tested on the last one; predictions.model_quality says what it is worth. Reasons are
-- those for the probability of a purchase, by what each moves it away from the shop's mean.
-- Key: customer_id
-- customer_id               who
-- third_order_probability   of a third order; null for who has it, or without a model (see predictions.readiness)
-- purchase_probability      of a purchase; null without a model
-- revenue_expected          money; null without a model
-- margin_expected           money; null without a model
-- horizon_days              days foretold
-- reason_1                  the strongest reason; null without a model
-- reason_2                  the second; null if there is none
-- reason_3                  the third; null if there is none
with scored_propensities as (
    select * from scores.propensities
)
select
    customer_id,
    third_order as third_order_probability,
    purchase as purchase_probability,
    revenue as revenue_expected,
    margin as margin_expected,
    $propensities_horizon_days as horizon_days,
    reason_1,
    reason_2,
    reason_3
from scored_propensities
