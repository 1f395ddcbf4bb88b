-- One row per month of acquisition and month since: who stays, what they bring, and when they have paid for themselves.
-- Why: months are those of the calendar; a month counts up to $run_date, and the last one may not be over yet. An order
-- before the first purchase (a return) belongs to month 0, so that no money is lost.
-- Key: cohort_month, month_number
-- cohort_month                  month of the first purchase, YYYY-MM
-- month_number                  calendar months since; 0 is the month of the first purchase itself
-- customer_count                customers of the cohort
-- active_count                  those with a purchase in the month
-- retention_rate                active_count / customer_count
-- revenue                       money of the month
-- margin                        money of the month
-- revenue_cumulative_mean       revenue up to the end of the month per customer of the cohort
-- margin_cumulative_mean        margin up to the end of the month per customer of the cohort
-- acquisition_cost_mean         what winning a customer cost: mean of the customers of whom it is known, and the
--                               acquisition costs of the cohort's month that name no customer, shared by all of the
--                               cohort; null if there is neither
-- is_paid_back                  whether margin_cumulative_mean has reached it; null if it is not known
-- is_complete                   whether the month is over on $run_date
with orders as (
    select * from entities.orders
),
customer_beginnings as (
    select * from entities.customer_beginnings
),
cohort_costs as (
    select * from entities.cohort_costs
),
-- months are counted from the year 0, so that they can be subtracted
first_months as (
    select
        customer_id,
        cast(12 * date_part('year', first_purchase_date) + date_part('month', first_purchase_date) as int) as first_month
    from customer_beginnings
),
customer_months as (
    select
        orders.customer_id,
        first_months.first_month,
        cast(12 * date_part('year', orders.order_date) + date_part('month', orders.order_date) as int)
        - first_months.first_month as month_number,
        bool_or(orders.is_purchase) as is_active,
        sum(orders.revenue) as revenue,
        sum(orders.margin) as margin
    from orders
    inner join first_months on orders.customer_id = first_months.customer_id
    group by
        orders.customer_id,
        first_months.first_month,
        cast(12 * date_part('year', orders.order_date) + date_part('month', orders.order_date) as int)
),
cohort_months as (
    select
        first_month,
        greatest(month_number, 0) as month_number,
        count(*) filter (where is_active) as active_count,
        sum(revenue) as revenue,
        sum(margin) as margin
    from customer_months
    group by first_month, greatest(month_number, 0)
)
