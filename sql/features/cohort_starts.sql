-- One row per day on which customers made their first purchase: how many did.
-- Key: age_days
-- cohort           its month, YYYY-MM
-- age_days         days from then to $run_date
-- customer_count   customers
-- end_date         $run_date
with customer_periods as (
    select * from features.customer_periods
    where period = 'now'
)
select
    to_char(first_date, '%Y-%m') as cohort,
    $run_date - first_date as age_days,
    count(*) as customer_count,
    $run_date as end_date
from customer_periods
group by first_date
