-- One row per calendar month in which customers made their first purchase: how many, and what winning one cost.
-- Key: cohort_month
-- cohort_month            YYYY-MM
-- first_month             its months since the year 0, so that months can be subtracted
-- customer_count          customers
-- acquisition_cost_mean   mean of the customers of whom it is known, and the acquisition costs of the month that name no
--                         customer, shared by all of the cohort; null if there is neither
with customer_beginnings as (
    select * from entities.customer_beginnings
),
customer_costs as (
    select * from entities.customer_costs
),
costs as (
    select * from clean.costs
),
customers_in_cohorts as (
    select
        to_char(customer_beginnings.first_purchase_date, '%Y-%m') as cohort_month,
        cast(
            12 * date_part('year', customer_beginnings.first_purchase_date)
            + date_part('month', customer_beginnings.first_purchase_date) as bigint
        ) as first_month,
        customer_costs.acquisition_cost
    from customer_beginnings
    left join customer_costs on customer_beginnings.customer_id = customer_costs.customer_id
),
cohorts as (
    select
        cohort_month,
        first_month,
        count(*) as customer_count,
        cast(sum(acquisition_cost) as double) / nullif(count(acquisition_cost), 0) as named_cost_mean
    from customers_in_cohorts
    group by cohort_month, first_month
),
shared_costs as (
    select
        to_char(cost_date, '%Y-%m') as cohort_month,
        sum(cost) as cost
    from costs
    where
        kind = 'acquisition'
        and customer_id is null
        and cost_date is not null
    group by to_char(cost_date, '%Y-%m')
)
select
    cohorts.cohort_month,
    cohorts.first_month,
    cohorts.customer_count,
    case
        when cohorts.named_cost_mean is not null or shared_costs.cost is not null
            then coalesce(cohorts.named_cost_mean, 0)
            + coalesce(cast(shared_costs.cost as double) / cohorts.customer_count, 0)
    end as acquisition_cost_mean
from cohorts
left join shared_costs on cohorts.cohort_month = shared_costs.cohort_month
