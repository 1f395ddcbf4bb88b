-- One row per known customer with three purchase days or more: how unevenly these cut the time since the first of them.
-- Why: H of Zhang, Bradlow & Small (2013), 1 + Σ x ln x / ln m, over the m parts x from one purchase day to the next and
-- from the last of them to the day after $run_date.
-- Key: customer_id
-- customer_id   who
-- part_count    parts, as many as purchase days
-- clumpiness    0: evenly spaced, 1: all at once
with purchase_silences as (
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
        count(*) as part_count,
        cast(sum(part_days) as double) as part_days,
        cast(sum(cast(part_days * ln(part_days) as decimal(18, 6))) as double) as part_logs
    from parts
    group by customer_id
    having count(*) >= 3
)
select
    customer_id,
    part_count,
    1 + (part_logs / part_days - ln(part_days)) / ln(cast(part_count as double)) as clumpiness
from part_sums
