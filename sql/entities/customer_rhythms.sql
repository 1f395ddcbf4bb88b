-- One row per known customer with a purchase: the rhythm, the silence now, and the latest return from a long one.
-- Key: customer_id
-- customer_id           who
-- rhythm_group          expected gap up to 30, 60, 120 days, or longer: 1–4
-- purchase_day_count    days with a purchase
-- order_count           purchases
-- expected_gap_days     mean days between purchase days, the shop's mean counted as one more gap
-- allowed_days          days of silence that are no reason to worry
-- silent_days           days from the last purchase to $run_date
-- first_purchase_date   day of the first purchase
-- second_order_date     day by which there were two purchases; null before
-- third_order_date      day by which there were three; null before
-- last_purchase_date    day of the last purchase
-- overdue_return_date   latest day on which a customer of three purchases came back after longer than was allowed; null
--                       without one
with purchase_silences as (
    select * from entities.purchase_silences
),
past as (
    select
        customer_id,
        max(day_number) as purchase_day_count,
        min(order_date) as first_purchase_date,
        min(order_date) filter (where order_count >= 2) as second_order_date,
        min(order_date) filter (where order_count >= 3) as third_order_date,
        max(cast(cast(order_date as int) + silent_days as date)) filter (
            where has_next and order_count >= 3 and silent_days > allowed_days
        ) as overdue_return_date
    from purchase_silences
    group by customer_id
)
select
    past.customer_id,
    purchase_silences.rhythm_group,
    past.purchase_day_count,
    purchase_silences.order_count,
    purchase_silences.expected_gap_days,
    purchase_silences.allowed_days,
    purchase_silences.silent_days,
    past.first_purchase_date,
    past.second_order_date,
    past.third_order_date,
    purchase_silences.order_date as last_purchase_date,
    past.overdue_return_date
from past
inner join purchase_silences
    on past.customer_id = purchase_silences.customer_id
    and past.purchase_day_count = purchase_silences.day_number
