-- One row per known customer with three purchase days or more: do they come in a rhythm, by chance, or in bursts.
-- Why: clumpiness is H of Zhang, Bradlow & Small (2013); see features.purchase_parts.
-- Key: customer_id
-- customer_id           who
-- purchase_day_count    days with a purchase
-- regularity_score      5 is the most regular: fifths of the customers by the variation of their gaps, counted as if pure
--                       chance (1) were one more gap; customers of the same variation have the same score
-- gap_days_cv           standard deviation / mean of the days between purchase days
-- clumpiness            0: evenly spaced, 1: all at once; the silence up to now counts as the last part
-- clumpiness_p_value    the chance that as many days, fallen at random, are as clumpy or clumpier
-- category_entropy      how evenly revenue spreads over categories, in nats; 0 for one category
-- is_clumpy             whether that is less than one in twenty: they come in bursts
with customers as (
    select * from entities.customers
),
purchase_parts as (
    select * from features.purchase_parts
),
clumpiness as (
    select * from scores.clumpiness
),
measured_customers as (
    select
        customers.customer_id,
        customers.purchase_day_count,
        customers.gap_days_cv,
        cast(round(10000 * (
            (purchase_parts.part_count - 1) * customers.gap_days_cv + 1
        ) / purchase_parts.part_count) as bigint) as variation_step,
        purchase_parts.clumpiness,
        clumpiness.clumpiness_p_value,
        customers.category_entropy
    from purchase_parts
    inner join clumpiness on purchase_parts.customer_id = clumpiness.customer_id
    inner join customers on purchase_parts.customer_id = customers.customer_id
),
-- steps are few, so that no window runs over all customers
steps as (
    select
        variation_step,
        cast(floor(5 * (
            sum(count(*)) over (order by variation_step) - count(*) / 2.0
        ) / sum(count(*)) over ()) as int) as fifth
    from measured_customers
    group by variation_step
)
select
    measured_customers.customer_id,
    measured_customers.purchase_day_count,
    5 - steps.fifth as regularity_score,
    measured_customers.gap_days_cv,
    measured_customers.clumpiness,
    measured_customers.clumpiness_p_value,
    measured_customers.category_entropy,
    measured_customers.clumpiness_p_value < 0.05 as is_clumpy
from measured_customers
inner join steps on measured_customers.variation_step = steps.variation_step
