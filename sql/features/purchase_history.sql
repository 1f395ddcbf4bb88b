-- One row per known customer and period, if a purchase came before its end: what a purchase model is told of them.
-- Key: period, customer_id
-- period                    now, or window_ago
-- customer_id               who
-- group_name                who they may be fitted together with; all if the job has no covariates
-- repeat_count              purchase days after the first
-- active_days               days from the first purchase to the last
-- age_days                  days from the first purchase to the end of the period
-- purchase_revenue          what their purchases brought up to the end of the period
-- purchase_revenue_mean     mean revenue of the repeat purchase days, never 0; null without one
-- margin_rate               margin / revenue of purchases, one purchase of the shop's mean counted with it
-- window_count              purchase days in the trailing window, for who was known one window ago; else null
-- last_date                 day of the last purchase
-- end_date                  last day of the period
with customer_periods as (
    select * from features.customer_periods
),
customer_days as (
    select * from features.customer_days
),
customer_covariates as (
    select * from features.customer_covariates
),
first_days as (
    select
        customer_days.customer_id,
        customer_days.purchase_revenue
    from customer_days
    inner join customer_periods
        on customer_days.customer_id = customer_periods.customer_id
        and customer_days.order_date = customer_periods.first_date
    where customer_periods.period = 'now'
),
shop as (
    select
        period,
        cast(sum(purchase_revenue) as double) / sum(purchase_day_count) as revenue_mean,
        cast(sum(margin) as double) / sum(purchase_day_count) as margin_mean
    from customer_periods
    group by period
),
customers_now as (
    select * from customer_periods
    where period = 'now'
)
select
    customer_periods.period,
    customer_periods.customer_id,
    customer_covariates.group_name,
    customer_periods.purchase_day_count - 1 as repeat_count,
    customer_periods.last_date - customer_periods.first_date as active_days,
    customer_periods.end_date - customer_periods.first_date as age_days,
    customer_periods.purchase_revenue,
    greatest(
        cast(customer_periods.purchase_revenue - first_days.purchase_revenue as double), 0.0001
    ) / nullif(customer_periods.purchase_day_count - 1, 0) as purchase_revenue_mean,
    (cast(customer_periods.margin as double) + shop.margin_mean)
    / nullif(cast(customer_periods.purchase_revenue as double) + shop.revenue_mean, 0) as margin_rate,
    case
        when customer_periods.period = 'window_ago'
            then customers_now.purchase_day_count - customer_periods.purchase_day_count
    end as window_count,
    customer_periods.last_date,
    customer_periods.end_date
from customer_periods
inner join customers_now on customer_periods.customer_id = customers_now.customer_id
inner join first_days on customer_periods.customer_id = first_days.customer_id
inner join customer_covariates on customer_periods.customer_id = customer_covariates.customer_id
inner join shop on customer_periods.period = shop.period
