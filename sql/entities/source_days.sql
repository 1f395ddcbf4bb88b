-- One row per day of business up to $run_date: what counts of it.
-- Why: compared with what an earlier run published, it tells from which day on late data changes the past.
-- Key: order_date
-- order_date    day of business
-- line_count    usable lines
-- quantity      how many; returns count down
-- revenue       money, after discount, before tax
-- cost          what the lines cost
with order_parts as (
    select * from entities.order_parts
)
select
    order_date,
    sum(line_count) as line_count,
    cast(sum(unit_count) as decimal(18, 4)) as quantity,
    cast(sum(revenue) as decimal(18, 4)) as revenue,
    cast(sum(cost) as decimal(18, 4)) as cost
from order_parts
group by order_date
