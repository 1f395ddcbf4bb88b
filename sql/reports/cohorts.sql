-- Who stays of the customers won in a month: the last thirteen months.
with newest as (
    select max(cohort_month) as cohort_month from value.acquisition_cohorts
),
ranked as (
    select
        *,
        dense_rank() over (order by cohort_month desc) as age
    from value.acquisition_cohorts
)
select
    cohort_month,
    month_number,
    active_count as active_customers,
    retention_rate,
    customer_count as customers,
    cast(margin_cumulative_mean as decimal(18, 4)) as margin_mean
from ranked
where age <= 13 and month_number between 1 and 12 and is_complete
order by cohort_month, month_number
