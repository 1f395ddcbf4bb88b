-- Who comes back: the ladder of orders; from the third order on a customer is loyal.
select
    order_number,
    customer_count as customers,
    round(100 * conversion_rate, 1) as percent_so_far,
    round(100 * conversion_probability, 1) as percent_within_a_year,
    next_days_median as days_median,
    stop_after_days as silent_days_to_stop
from loyalty.order_ladder
where dimension = 'all'
order by order_number
