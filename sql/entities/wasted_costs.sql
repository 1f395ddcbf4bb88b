-- One row per customer on whom nothing more should be spent: event buyers past their date, and who buys only on price.
-- Key: customer_id
-- customer_id    who
-- silent_days    days since the last purchase
-- order_count    purchases
-- spent_window   marketing spent on them in the trailing window
with lifecycle as (
    select * from loyalty.lifecycle
),
price_sensitivity as (
    select * from price.price_sensitivity
),
window_costs as (
    select * from entities.window_costs
)
select
    lifecycle.customer_id,
    lifecycle.silent_days,
    lifecycle.order_count,
    coalesce(window_costs.spent_window, 0) as spent_window
from lifecycle
inner join price_sensitivity on lifecycle.customer_id = price_sensitivity.customer_id
left join window_costs on lifecycle.customer_id = window_costs.customer_id
where
    price_sensitivity.is_price_only
    or (lifecycle.class = 'event_buyer' and lifecycle.phase = 'lapsed_trial')
