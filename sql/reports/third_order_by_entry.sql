-- From the second order to the third, by the category of the first.
select
    group_name as category,
    customer_count as customers,
    conversion_probability,
    conversion_lower as conversion_lower_rate,
    conversion_upper as conversion_upper_rate,
    next_days_median as median_days
from loyalty.order_ladder
where dimension = 'first_category' and group_name not in ('other', 'unknown') and order_number = 2 and conversion_lower is not null
order by customer_count desc, group_name
limit 10
