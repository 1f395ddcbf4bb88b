-- One row per period: the day up to which customers are known for a prediction, and how far it looks.
-- Why: what is learnt two horizons, or two windows, ago is tested one ago and told of now, all from one query.
-- Key: period
-- period         two_horizons_ago, two_windows_ago: to learn from; horizon_ago, window_ago: to test on; now: to score
-- horizon_days   days that are foretold
-- end_date       last day that is known
select
    column1 as period,
    column2 as horizon_days,
    cast(cast($run_date as int) - column3 * column2 as date) as end_date
from (values
    ('two_horizons_ago', $propensities_horizon_days, 2),
    ('horizon_ago', $propensities_horizon_days, 1),
    ('two_windows_ago', $window_days, 2),
    ('window_ago', $window_days, 1),
    ('now', $propensities_horizon_days, 0)
)
