-- One row per period and order of a known customer begun up to its end: what was known of it then.
-- Key: period, customer_id, order_id
-- period             see features.horizon_periods
-- customer_id        who
-- order_id           order or receipt
-- revenue            what the customer paid, returns up to then under the same order id taken off
-- margin             money
-- discount           money taken off
-- returned_revenue   worth of what had come back under this order id
-- age_days           days from its first line to the end of the period
-- is_purchase        whether its revenue is above $purchase_revenue_above
-- is_in_event        whether it fell in an event
with order_days as (
    select * from features.order_days
),
periods as (
    select * from features.horizon_periods
)
select
    periods.period,
    order_days.customer_id,
    order_days.order_id,
    sum(order_days.revenue) as revenue,
    sum(order_days.margin) as margin,
    sum(order_days.discount) as discount,
    sum(order_days.returned_revenue) as returned_revenue,
    periods.end_date - min(order_days.order_date) as age_days,
    sum(order_days.revenue) > $purchase_revenue_above as is_purchase,
    bool_or(order_days.is_in_event) as is_in_event
from order_days
inner join periods on order_days.order_date <= periods.end_date
group by periods.period, periods.end_date, order_days.customer_id, order_days.order_id
