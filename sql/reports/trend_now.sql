-- Customers who buy less than was to be expected of them, and what they brought one window ago.
select
    count(*) as fading_customers,
    sum(margin_previous) as fading_margin_previous
from value.value_trend
where trend = 'fading'
