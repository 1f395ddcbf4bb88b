-- One row per propensity and group of about a tenth of the unseen customers: what was said beside what came.
-- Why: of a hundred customers of whom 0.3 was said, thirty should do it.
-- Key: model, group_number
-- model            see predictions.propensities
-- group_number     1 is the group of the lowest predictions; equal predictions stay in one group
-- lowest           lowest prediction of the group
-- highest          highest prediction
-- predicted        mean prediction
-- observed         share to whom it happened, or mean amount
-- customer_count   customers
with reliability as (
    select * from scores.reliability
)
select
    model,
    row_number() over (partition by model order by lowest) as group_number,
    lowest,
    highest,
    predicted,
    observed,
    customer_count
from reliability
