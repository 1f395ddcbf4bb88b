-- One row per window, known customer and channel with an order in it.
-- Key: period, customer_id, channel
-- period        window: the $window_days that end with $run_date; previous: those before
-- customer_id   who
-- channel       where; unknown if the source does not say
-- order_count   purchases
-- unit_count    units, returned ones taken off
-- revenue       money
-- margin        money
with orders as (
    select * from entities.orders
),
orders_in_windows as (
    select
        case when $run_date - order_date < $window_days then 'window' else 'previous' end as period,
        customer_id,
        coalesce(channel, 'unknown') as channel,
        is_purchase,
        unit_count,
        revenue,
        margin
    from orders
    where $run_date - order_date < 2 * $window_days
)
select
    period,
    customer_id,
    channel,
    count(*) filter (where is_purchase) as order_count,
    sum(unit_count) as unit_count,
    sum(revenue) as revenue,
    sum(margin) as margin
from orders_in_windows
group by period, customer_id, channel
