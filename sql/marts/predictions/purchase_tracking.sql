-- One row per cohort and week: repeat purchases that came against those that the purchase model expected.
-- Why: the model is the one fitted to what was known one window ago, so that the weeks of the trailing window are unseen
-- by it; where there was no window before, it is that of today, and nothing is unseen. Orders of one day count as one.
-- Key: cohort, week_end_date
-- cohort                       month of the first purchase, YYYY-MM; all for all customers
-- week_end_date                last day of the week; the last week ends with $run_date
-- is_unseen                    whether the model had not seen the week
-- orders                       days with a repeat purchase in the week
-- orders_expected              expected of it; null without a model, and in the first week
-- orders_cumulative            since the first purchase
-- orders_expected_cumulative   expected of them; null without a model
with expected_weeks as (
    select * from scores.expected_weeks
),
purchase_fits as (
    select * from scores.purchase_fits
),
customer_days as (
    select * from features.customer_days
    where has_purchase
),
customer_periods as (
    select * from features.customer_periods
    where period = 'now'
),
repeat_days as (
    select
        to_char(customer_periods.first_date, '%Y-%m') as cohort,
        ($run_date - customer_days.order_date) / 7 as weeks_ago
    from customer_days
    inner join customer_periods on customer_days.customer_id = customer_periods.customer_id
    where customer_days.order_date > customer_periods.first_date
),
actual_weeks as (
    select
        coalesce(cohort, 'all') as cohort,
        weeks_ago,
        count(*) as orders
    from repeat_days
    group by grouping sets ((cohort, weeks_ago), (weeks_ago))
),
fitted_then as (
    select count(*) > 0 as is_fitted
    from purchase_fits
    where model = 'purchases_window_ago' and value is not null
),
weeks as (
    select
        expected_weeks.cohort,
        expected_weeks.weeks_ago,
        coalesce(actual_weeks.orders, 0) as orders,
        expected_weeks.orders_expected_cumulative,
        lag(expected_weeks.orders_expected_cumulative) over (
            partition by expected_weeks.cohort
            order by expected_weeks.weeks_ago desc
        ) as expected_before
    from expected_weeks
    left join actual_weeks
        on expected_weeks.cohort = actual_weeks.cohort
        and expected_weeks.weeks_ago = actual_weeks.weeks_ago
)
select
    weeks.cohort,
    cast(cast($run_date as int) - 7 * weeks.weeks_ago as date) as week_end_date,
    fitted_then.is_fitted and 7 * weeks.weeks_ago + 7 <= $window_days as is_unseen,
    weeks.orders,
    weeks.orders_expected_cumulative - weeks.expected_before as orders_expected,
    sum(weeks.orders) over (
        partition by weeks.cohort
        order by weeks.weeks_ago desc
    ) as orders_cumulative,
    weeks.orders_expected_cumulative
from weeks
cross join fitted_then
