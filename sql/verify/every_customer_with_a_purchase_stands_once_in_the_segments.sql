-- Whoever can be scored is scored, all of them or, without segments, none.
with segments as (
    select count(*) as customer_count, count(segment) as segment_count
    from segments.segments
),
customers as (
    select count(*) as customer_count
    from entities.customers
    where purchase_day_count > 0
)
select segments.*, customers.customer_count as known_count
from segments
cross join customers
where
    segments.customer_count <> customers.customer_count
    or segments.segment_count not in (0, segments.customer_count)
