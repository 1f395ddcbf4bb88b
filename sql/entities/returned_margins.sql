-- One row per return of a loyal customer from a silence longer than their rhythm allowed, a year ago or longer: what they
-- made in the year before the silence, and in the year that begins with the return.
-- Key: customer_id, return_date
-- customer_id     who
-- seen_days       days of the year before the silence that the shop's past covers
-- margin_before   margin of the 365 days that end with the last purchase before the silence, as far as seen
-- margin_after    margin of the 365 days that begin with the return
-- return_date     first purchase after the silence
with purchase_silences as (
    select * from entities.purchase_silences
),
orders as (
    select * from entities.orders
),
shop as (
    select min(order_date) as first_date from orders
),
overdue_returns as (
    select
        customer_id,
        order_date as last_date,
        cast(cast(order_date as int) + silent_days as date) as return_date
    from purchase_silences
    where
        has_next
        and order_count >= 3
        and silent_days > allowed_days
        and $run_date - order_date - silent_days >= 364
)
select
    overdue_returns.customer_id,
    min(least(overdue_returns.last_date - shop.first_date + 1, 365)) as seen_days,
    coalesce(sum(orders.margin) filter (
        where
            orders.order_date <= overdue_returns.last_date
            and overdue_returns.last_date - orders.order_date < 365
    ), 0) as margin_before,
    coalesce(sum(orders.margin) filter (
        where
            orders.order_date >= overdue_returns.return_date
            and orders.order_date - overdue_returns.return_date < 365
    ), 0) as margin_after,
    overdue_returns.return_date
from overdue_returns
inner join orders on overdue_returns.customer_id = orders.customer_id
cross join shop
group by overdue_returns.customer_id, overdue_returns.return_date
