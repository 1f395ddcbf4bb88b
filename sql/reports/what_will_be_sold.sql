-- What will be sold: the revenue of the coming periods, unless the customers who bring it are too few to tell of.
with customers as (
    select count(*) as customer_count from value.customer_value
    where order_count_window > 0
)
select
    period_end_date,
    cast(expected as decimal(18, 4)) as revenue_expected,
    cast(lower_80 as decimal(18, 4)) as revenue_lower,
    cast(upper_80 as decimal(18, 4)) as revenue_upper,
    mase / nullif(mase_naive, 0) as error_to_naive_share_all
from predictions.revenue_forecast
cross join customers
where
    measure = 'revenue' and level = 'shop'
    and customers.customer_count >= $min_group_size
order by period_end_date
