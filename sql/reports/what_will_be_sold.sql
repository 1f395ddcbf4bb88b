-- What will be sold: the revenue of the coming periods.
select
    period_end_date,
    cast(expected as decimal(18, 4)) as revenue_expected,
    cast(lower_80 as decimal(18, 4)) as revenue_lower,
    cast(upper_80 as decimal(18, 4)) as revenue_upper,
    mase / nullif(mase_naive, 0) as error_to_naive_share_all
from predictions.revenue_forecast
where measure = 'revenue' and level = 'shop'
order by period_end_date
