-- One row per known customer with three purchase days or more: do they come in a rhythm, by chance, or in bursts.
-- Why: clumpiness is H of Zhang, Bradlow & Small (2013), 1 + Σ x ln x / ln m, over the m parts x into which the purchase
-- days cut the time from the first of them to the day after $run_date. Its limit is the 95 % point for days that fall at
-- random: the exact mean, and a distance fitted to 200,000 simulated customers for m from 3 to 100, which makes the level
-- 4.6 to 5.4 %.
-- Key: customer_id
-- customer_id           who
-- purchase_day_count    days with a purchase
-- regularity_score      5 is the most regular: fifths of the customers by the variation of their gaps, counted as if pure
--                       chance (1) were one more gap; customers of the same variation have the same score
-- gap_days_cv           standard deviation / mean of the days between purchase days
-- clumpiness            0: evenly spaced, 1: all at once; the silence up to now counts as the last part
-- clumpiness_limit      what chance alone exceeds in one customer of twenty
-- category_entropy      how evenly revenue spreads over categories, in nats; 0 for one category
-- is_clumpy             whether clumpiness is above its limit
with customers as (
    select * from entities.customers
),
purchase_silences as (
    select * from entities.purchase_silences
),
parts as (
    select
        customer_id,
        case when has_next then silent_days else silent_days + 1 end as part_days
    from purchase_silences
),
-- logarithms are summed as decimals, so that the order of the rows leaves no trace
part_sums as (
    select
        customer_id,
        cast(count(*) as double) as part_count,
        cast(sum(part_days) as double) as part_days,
        cast(sum(cast(part_days * ln(part_days) as decimal(18, 6))) as double) as part_logs
    from parts
    group by customer_id
    having count(*) >= 3
),
clumpy_customers as (
    select
        customer_id,
        part_count,
        1 + (part_logs / part_days - ln(part_days)) / ln(part_count) as clumpiness,
        -- the mean: 1 − (1/2 + … + 1/m) / ln m
        1 - (
            ln(part_count) + 0.5772156649 + 1 / (2 * part_count) - 1 / (12 * part_count * part_count) - 1
        ) / ln(part_count)
        + (0.922 - 0.566 / part_count - 0.544 / (part_count * part_count))
        / (sqrt(part_count) * ln(part_count)) as clumpiness_limit
    from part_sums
),
measured_customers as (
    select
        customers.customer_id,
        customers.purchase_day_count,
        customers.gap_days_cv,
        cast(round(10000 * (
            (clumpy_customers.part_count - 1) * customers.gap_days_cv + 1
        ) / clumpy_customers.part_count) as bigint) as variation_step,
        clumpy_customers.clumpiness,
        clumpy_customers.clumpiness_limit,
        customers.category_entropy
    from clumpy_customers
    inner join customers on clumpy_customers.customer_id = customers.customer_id
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
    measured_customers.clumpiness_limit,
    measured_customers.category_entropy,
    measured_customers.clumpiness > measured_customers.clumpiness_limit as is_clumpy
from measured_customers
inner join steps on measured_customers.variation_step = steps.variation_step
