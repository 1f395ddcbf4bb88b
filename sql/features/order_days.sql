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
with lines as (
    select * from entities.lines
    where customer_id is not null
),
event_days as (
    select * from entities.event_days
)
select
    lines.customer_id,
    lines.order_id,
    sum(lines.revenue) as revenue,
    sum(lines.margin) as margin,
    sum(lines.discount) as discount,
    coalesce(-sum(lines.revenue) filter (where lines.is_return), 0) as returned_revenue,
    event_days.event_date is not null as is_in_event,
    lines.order_date
from lines
left join event_days on lines.order_date = event_days.event_date
group by lines.customer_id, lines.order_id, lines.order_date, event_days.event_date
