-- One row per measure, level, group and period to come: what will be sold, and how far that is to be believed.
-- Why: tiers, segments and, for revenue, categories add up to the shop. Customers stand where they stand today.
-- Key: measure, level, group_name, period_end_date
-- measure           revenue: of all lines; orders: purchases of known customers; customers: who make them
-- level             shop, category, tier or segment
-- group_name        which; all for the shop; none for who has none
-- technique         chosen by how it would have forecast the past
-- expected          the mean
-- lower_80          lower end of the range in which it lies with probability 0.8; null if nothing is known of the errors
-- upper_80          upper end of it; null likewise
-- lower_95          lower end of the range in which it lies with probability 0.95; null likewise
-- upper_95          upper end of it; null likewise
-- mase              mean absolute error in the past, 1 is that of repeating last season one step ahead; null without a past
-- mase_naive        the same of the seasonal naive forecast over the same spans; null without a past
-- coverage_80       share of the past that lay in the range of 0.8; null without a past
-- is_better         whether it beats the seasonal naive forecast; null without a past
-- period_end_date   last day of the period of $forecast_period_days days
with sales_forecasts as (
    select * from scores.sales_forecasts
)
select
    measure,
    level,
    group_name,
    technique,
    expected,
    lower_80,
    upper_80,
    lower_95,
    upper_95,
    mase,
    mase_naive,
    coverage_80,
    mase < mase_naive as is_better,
    cast(cast($run_date as int) + periods_ahead * $forecast_period_days as date) as period_end_date
from sales_forecasts
