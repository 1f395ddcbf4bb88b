-- One row per month of acquisition and month since: who stays, what they bring, and when they have paid for themselves.
-- Why: months are those of the calendar; a month in which nobody of the cohort came is a fact, and has a row.
-- Key: cohort_month, month_number
-- cohort_month              month of the first purchase, YYYY-MM
-- month_number              calendar months since; 0 is the month of the first purchase itself
-- customer_count            customers of the cohort
-- active_count              those with a purchase in the month
-- retention_rate            active_count / customer_count
-- revenue                   money of the month
-- margin                    money of the month
-- revenue_cumulative_mean   revenue up to the end of the month per customer of the cohort
-- margin_cumulative_mean    margin up to the end of the month per customer of the cohort
-- acquisition_cost_mean     what winning a customer cost: the mean of those of whom it is known, and the acquisition
--                           costs of the cohort's month that name no customer, shared by all; null if there is neither
-- is_paid_back              whether margin_cumulative_mean has reached it; null if it is not known
-- is_complete               whether the month is over on $run_date
with cohorts as (
    select * from entities.cohorts
),
cohort_months as (
    select * from entities.cohort_months
),
run_months as (
    select
        cast(12 * date_part('year', $run_date) + date_part('month', $run_date) as bigint) as run_month,
        date_part('day', $run_date + interval '1 day') = 1 as is_over
),
months as (
    select
        cohorts.*,
        unnest(range(0, run_months.run_month - cohorts.first_month + 1)) as month_number,
        run_months.run_month,
        run_months.is_over
    from cohorts
    cross join run_months
),
running_months as (
    select
        months.*,
        coalesce(cohort_months.active_count, 0) as active_count,
        coalesce(cohort_months.revenue, 0) as revenue,
        coalesce(cohort_months.margin, 0) as margin,
        sum(cohort_months.revenue) over (
            partition by months.first_month
            order by months.month_number
        ) as revenue_cumulative,
        sum(cohort_months.margin) over (
            partition by months.first_month
            order by months.month_number
        ) as margin_cumulative
    from months
    left join cohort_months
        on months.first_month = cohort_months.first_month
        and months.month_number = cohort_months.month_number
)
select
    cohort_month,
    cast(month_number as int) as month_number,
    customer_count,
    active_count,
    cast(active_count as double) / customer_count as retention_rate,
    revenue,
    margin,
    cast(revenue_cumulative as double) / customer_count as revenue_cumulative_mean,
    cast(margin_cumulative as double) / customer_count as margin_cumulative_mean,
    acquisition_cost_mean,
    cast(margin_cumulative as double) / customer_count >= acquisition_cost_mean as is_paid_back,
    first_month + month_number < run_month or is_over as is_complete
from running_months
