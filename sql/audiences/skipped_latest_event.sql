-- One row per customer who bought in earlier years of the event $audiences_event and skipped its latest one.
-- Why: an event that is still under way on $run_date is skipped by nobody yet.
-- Key: customer_id
-- customer_id   who
with event_days as (
    select * from entities.event_days
    where event = $audiences_event
),
orders as (
    select * from entities.orders
    where is_purchase and customer_id is not null
),
-- days in a row have one number
numbered_days as (
    select
        event_date,
        cast(event_date as int) - row_number() over (order by event_date) as occurrence
    from event_days
),
occurrences as (
    select min(event_date) as start_date
    from numbered_days
    group by occurrence
    having max(event_date) < $run_date
),
latest as (
    select max(start_date) as start_date from occurrences
),
attendance as (
    select orders.customer_id, max(orders.order_date) as last_date
    from orders
    inner join event_days on orders.order_date = event_days.event_date
    group by orders.customer_id
)
select attendance.customer_id
from attendance
inner join latest on attendance.last_date < latest.start_date
