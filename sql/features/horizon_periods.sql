-- One row per period: the day up to which customers are known for a prediction.
-- Why: what is learnt on the first is tested on the second and told of the third, all from one query.
-- Key: period
-- period     two_horizons_ago: to learn from; horizon_ago: to test on; now: to score
-- end_date   last day that is known
select
    column1 as period,
    cast(cast($run_date as int) - column2 * $propensities_horizon_days as date) as end_date
from (values ('two_horizons_ago', 2), ('horizon_ago', 1), ('now', 0))
