-- One row per known customer and period, if a purchase came before its end: what was known of them then.
-- Key: period, customer_id
-- period                   now: up to $run_date; window_ago: up to the day before the trailing window
-- customer_id              who
-- purchase_day_count       days with a purchase
-- purchase_revenue         what they brought
-- margin                   money, returns taken off
-- first_date               day of the first purchase
-- last_date                day of the last purchase
-- end_date                 last day of the period
with customer_days as (
    select * from features.customer_days
),
periods as (
    select * from (values
        ('now', $run_date),
        ('window_ago', cast(cast($run_date as int) - $window_days as date))
    ) as periods (period, end_date)
),
days_of_periods as (
    select
        periods.period,
        periods.end_date,
        customer_days.*
    from customer_days
    inner join periods on customer_days.order_date <= periods.end_date
)
select
    period,
    customer_id,
    count(*) filter (where has_purchase) as purchase_day_count,
    sum(purchase_revenue) as purchase_revenue,
    sum(margin) as margin,
    min(order_date) filter (where has_purchase) as first_date,
    max(order_date) filter (where has_purchase) as last_date,
    end_date
from days_of_periods
group by period, customer_id, end_date
having bool_or(has_purchase)
