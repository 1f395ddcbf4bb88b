-- One row per cost of winning customers or of speaking to them, up to $run_date.
-- Why: a row without a day, or of another kind, stays here, so that a promise can show it.
-- Key: none
-- customer_id   whom the money was spent on; null if it was spent on all
-- kind          acquisition or marketing
-- channel       where it was spent
-- cost          how much
-- cost_date     when
with costs as (
    select * from raw.costs
),
typed_costs as (
    select
        clean_text(customer_id) as customer_id,
        lower(clean_text(kind)) as kind,
        clean_text(channel) as channel,
        try_cast(cost as decimal(18, 4)) as cost,
        business_day(instant(cost_date)) as cost_date
    from costs
)
select *
from typed_costs
where coalesce(cost_date <= $run_date, true)
