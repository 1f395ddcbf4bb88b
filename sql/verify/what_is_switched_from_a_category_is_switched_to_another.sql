-- What customers switch away from categories, they switch to others, but for half a ten-thousandth each time.
with switches as (
    select
        sum(revenue_change) as revenue_change,
        sum(customer_count) as customer_count
    from baskets.gain_loss
    where flow in ('switched_from', 'switched_to')
)
select
    revenue_change,
    customer_count
from switches
where abs(revenue_change) > 0.0001 * customer_count
