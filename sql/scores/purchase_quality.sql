-- One row per measure of the purchase model, kind of customer and simple rule: both on the unseen trailing window.
-- Why: a model that is no better than a simple rule is not worth its trouble. Sums are of millionths, so that no order
-- of the rows leaves a trace.
-- Key: model, metric, slice, baseline
-- model            purchases, fitted to what was known one window ago
-- metric           auc: how well who bought again is told from who did not; mae: mean distance from the orders made;
--                  bias: orders foretold / orders made − 1
-- slice            kind of customer
-- baseline         the simple rule; see features.foretold_orders
-- value            of the model; null if it cannot be computed
-- baseline_value   of the rule; null if it cannot be computed
-- customer_count   customers
with foretold_orders as (
    select * from features.foretold_orders
),
-- twice the mean rank of equals is a whole number
ranked_orders as (
    select
        *,
        2 * rank() over (partition by slice, rule order by likeliness)
        + count(*) over (partition by slice, rule, likeliness) - 1 as rank_doubled
    from foretold_orders
),
sums as (
    select
        slice,
        rule,
        count(*) as customer_count,
        count(orders_foretold) as foretold_count,
        count(*) filter (where orders_made > 0) as buyer_count,
        sum(rank_doubled) filter (where orders_made > 0) as buyer_ranks_doubled,
        sum(orders_made) as orders_made,
        cast(sum(cast(orders_foretold as decimal(18, 6))) as double) as orders_foretold,
        cast(sum(cast(abs(orders_foretold - orders_made) as decimal(18, 6))) as double) as distance
    from ranked_orders
    where likeliness is not null
    group by slice, rule
),
measures as (
    select
        slice,
        rule,
        customer_count,
        'auc' as metric,
        (cast(buyer_ranks_doubled as double) / 2 - cast(buyer_count * (buyer_count + 1) as double) / 2)
        / nullif(buyer_count * (customer_count - buyer_count), 0) as value
    from sums
    union all
    select slice, rule, customer_count, 'mae', distance / nullif(foretold_count, 0)
    from sums
    union all
    select slice, rule, customer_count, 'bias', orders_foretold / nullif(orders_made, 0) - 1
    from sums
)
select
    'purchases' as model,
    models.metric,
    models.slice,
    baselines.rule as baseline,
    models.value,
    baselines.value as baseline_value,
    models.customer_count
from measures as models
inner join measures as baselines
    on models.metric = baselines.metric
    and models.slice = baselines.slice
where
    models.rule = 'model'
    and baselines.rule <> 'model'
    and baselines.value is not null
