-- What customers switch away from categories, they switch to others, to half a ten-thousandth for each customer.
select
    sum(revenue_change) as switched,
    sum(customer_count) as customer_count
from baskets.gain_loss
where flow in ('switched_from', 'switched_to')
having abs(sum(cast(revenue_change as decimal(18, 4)))) > 0.0001 * sum(customer_count)
