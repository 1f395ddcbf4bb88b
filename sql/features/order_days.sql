-- One row per order of a known customer and day on which it has lines: what a later day adds to an order stays its own.
-- Key: customer_id, order_id, order_date
-- customer_id        who
-- order_id           order or receipt
-- revenue            what the customer paid, returns of the day taken off
-- margin             money
-- discount           money taken off
-- returned_revenue   worth of what came back
-- is_in_event        whether the day falls in an event
-- order_date         the day
with order_parts as (
    select * from entities.order_parts
    where customer_id <> ''
),
event_days as (
    select * from entities.event_days
)
select
    order_parts.customer_id,
    order_parts.order_id,
    sum(order_parts.revenue) as revenue,
    sum(order_parts.revenue - order_parts.cost) as margin,
    sum(order_parts.discount) as discount,
    -sum(order_parts.returned_revenue) as returned_revenue,
    event_days.event_date is not null as is_in_event,
    order_parts.order_date
from order_parts
left join event_days on order_parts.order_date = event_days.event_date
group by order_parts.customer_id, order_parts.order_id, order_parts.order_date, event_days.event_date
