-- What will be sold: the coming periods, and how much better they are foretold than by repeating last season.
select
    period_end_date as up_to,
    round(expected, 2) as revenue,
    round(lower_80, 2) as at_least,
    round(upper_80, 2) as at_most,
    round(mase / mase_naive, 2) as error_against_repeating
from predictions.revenue_forecast
where measure = 'revenue' and level = 'shop'
order by period_end_date
