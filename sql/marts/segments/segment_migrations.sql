-- One row per segment in the last run and segment today: who moved.
-- Why: labels follow the segments of the last run, so that a move is the customer's.
-- Key: from_segment, to_segment
-- from_segment      label in the last run; new: not in it, or it had no segments
-- to_segment        label today; gone: in no segment any more
-- customer_count    customers
-- customer_share    share of the customers of from_segment
-- revenue_window    their money in the trailing window
-- margin_window     their money in the trailing window
with segments_now as (
    select * from segments.segments
    where segment is not null
),
segments_then as (
    select * from last.segments
    where segment is not null
),
customers as (
    select * from entities.customers
),
moves as (
    select
        coalesce(segments_now.customer_id, segments_then.customer_id) as customer_id,
        coalesce(cast(segments_then.segment as varchar), 'new') as from_segment,
        coalesce(cast(segments_now.segment as varchar), 'gone') as to_segment
    from segments_now
    full join segments_then on segments_now.customer_id = segments_then.customer_id
),
migrations as (
    select
        moves.from_segment,
        moves.to_segment,
        count(*) as customer_count,
        sum(customers.revenue_window) as revenue_window,
        sum(customers.margin_window) as margin_window
    from moves
    left join customers on moves.customer_id = customers.customer_id
    group by moves.from_segment, moves.to_segment
)
select
    from_segment,
    to_segment,
    customer_count,
    cast(customer_count as double) / sum(customer_count) over (partition by from_segment) as customer_share,
    revenue_window,
    margin_window
from migrations
