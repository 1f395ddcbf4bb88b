-- One row per period and customer with a product bought up to its end: of how many categories.
-- Key: period, customer_id
-- period           see features.horizon_periods
-- customer_id      who
-- category_count   categories
with lines as (
    select * from entities.lines
    where customer_id is not null and is_product and not is_return
),
periods as (
    select * from features.horizon_periods
),
category_starts as (
    select customer_id, coalesce(category, 'other') as category, min(order_date) as first_date
    from lines
    group by customer_id, coalesce(category, 'other')
)
select
    periods.period,
    category_starts.customer_id,
    count(*) as category_count
from category_starts
inner join periods on category_starts.first_date <= periods.end_date
group by periods.period, category_starts.customer_id
