-- One row per known customer with revenue: the margin rate, and the third of the customers in which it stands.
-- Why: customers of one rate stand in one third, so where every cost is assumed all stand in the middle one.
-- Key: customer_id
-- customer_id    who
-- margin_third   high, mid or low: thirds of the customers by margin rate, in steps of a ten-thousandth
-- margin_rate    margin / revenue, all-time
with customers as (
    select * from entities.customers
),
rated_customers as (
    select
        customer_id,
        cast(margin as double) / cast(revenue as double) as margin_rate,
        cast(round(10000 * cast(margin as double) / cast(revenue as double)) as bigint) as rate_step
    from customers
    where revenue > 0
),
-- steps are few, so that no window runs over all customers
steps as (
    select
        rate_step,
        count(*) as customer_count
    from rated_customers
    group by rate_step
),
placed_steps as (
    select
        rate_step,
        (
            sum(customer_count) over (order by rate_step) - customer_count / 2.0
        ) / sum(customer_count) over () as share_below
    from steps
)
select
    rated_customers.customer_id,
    case
        when placed_steps.share_below < 1.0 / 3 then 'low'
        when placed_steps.share_below < 2.0 / 3 then 'mid'
        else 'high'
    end as margin_third,
    rated_customers.margin_rate
from rated_customers
inner join placed_steps on rated_customers.rate_step = placed_steps.rate_step
