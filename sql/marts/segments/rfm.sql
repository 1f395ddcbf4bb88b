-- One row per known customer with a purchase: how lately, how often and for how much they bought.
-- Why: a score counts the fifths of the customers that are worse, or the amounts of the job's `rfm_cuts` that are reached,
-- so that the same value always has the same score.
-- Key: customer_id
-- customer_id          who
-- group_name           the group of their scores, by the job's `rfm_groups`
-- recency_score        5 is the latest
-- frequency_score      5 is the most often
-- monetary_score       5 is the most
-- recency_days         days from the last purchase to $run_date
-- purchase_day_count   days with a purchase
-- revenue              money, all-time
with customers as (
    select * from entities.customers
    where purchase_day_count > 0
),
groups as (
    select * from job.rfm_groups
),
cuts as (
    select * from job.rfm_cuts
),
measures as (
    select 'recency' as measure, cast(-recency_days as decimal(18, 4)) as worth from customers
    union all
    select 'frequency', cast(purchase_day_count as decimal(18, 4)) from customers
    union all
    select 'monetary', cast(revenue as decimal(18, 4)) from customers
),
worths as (
    select measure, worth, count(*) as customer_count
    from measures
    group by measure, worth
),
reached_cuts as (
    select worths.measure, worths.worth, count(*) filter (where worths.worth >= cuts.cut) as cut_count
    from worths
    inner join cuts on worths.measure = cuts.measure
    group by worths.measure, worths.worth
),
fifths as (
    select
        measure,
        worth,
        5 * (sum(customer_count) over (partition by measure order by worth) - customer_count)
        / sum(customer_count) over (partition by measure) as fifth
    from worths
),
scores as (
    select
        fifths.measure,
        fifths.worth,
        1 + cast(coalesce(reached_cuts.cut_count, fifths.fifth) as int) as score
    from fifths
    left join reached_cuts
        on fifths.measure = reached_cuts.measure and fifths.worth = reached_cuts.worth
)
select
    customers.customer_id,
    groups.group_name,
    recency.score as recency_score,
    frequency.score as frequency_score,
    monetary.score as monetary_score,
    customers.recency_days,
    customers.purchase_day_count,
    customers.revenue
from customers
inner join scores as recency
    on recency.measure = 'recency' and cast(-customers.recency_days as decimal(18, 4)) = recency.worth
inner join scores as frequency
    on frequency.measure = 'frequency' and cast(customers.purchase_day_count as decimal(18, 4)) = frequency.worth
inner join scores as monetary
    on monetary.measure = 'monetary' and cast(customers.revenue as decimal(18, 4)) = monetary.worth
inner join groups
    on recency.score between groups.recency_least and groups.recency_most
    and frequency.score between groups.frequency_least and groups.frequency_most
    and monetary.score between groups.monetary_least and groups.monetary_most
