-- One row per dated event.
-- Key: event, start_date
-- event        name
-- start_date   first day
-- end_date     last day, inclusive
with events as (
    select * from raw.events
)
select
    trim(cast(event as varchar)) as event,
    business_day(instant(start_date)) as start_date,
    business_day(instant(end_date)) as end_date
from events
where event is not null
