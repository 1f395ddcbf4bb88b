-- One row per day on which known customers bought: how many did.
-- Why: how busy the shop is in each week of the year is the season of the purchase models.
-- Key: order_date
-- purchase_count   customers with a purchase
-- order_date       the day
with customer_days as (
    select * from features.customer_days
    where has_purchase
)
select
    count(*) as purchase_count,
    order_date
from customer_days
group by order_date
