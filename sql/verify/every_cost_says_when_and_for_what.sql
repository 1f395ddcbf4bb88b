-- A cost without a day, an amount, or a kind that the tables know would be lost without a word.
select
    customer_id,
    kind,
    channel,
    cost,
    cost_date
from clean.costs
where
    cost is null
    or cost_date is null
    or kind is null
    or kind not in ('acquisition', 'marketing')
