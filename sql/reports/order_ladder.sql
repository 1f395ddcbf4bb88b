-- Who goes on from each order to the next: the third order is the one that matters.
select
    order_number,
    customer_count as customers,
    conversion_probability,
    conversion_lower as conversion_lower_rate,
    conversion_upper as conversion_upper_rate,
    next_days_median as median_days,
    stop_after_days
from loyalty.order_ladder
where dimension = 'all'
order by order_number
