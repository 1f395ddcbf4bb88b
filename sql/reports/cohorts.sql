-- Who stays of the customers won in a month: the last thirteen months.
with cohorts as (
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
    customer_count as customers
from cohorts
where age <= 13 and month_number between 1 and 12 and is_complete and customer_count >= $min_group_size
order by cohort_month, month_number
