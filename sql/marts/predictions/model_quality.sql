-- One row per model, measure, slice and simple rule: how good the model was on time that it had not seen.
-- Key: model, metric, slice, baseline
-- model            which
-- metric           auc: 0.5 is chance, 1 is perfect; mae: mean distance, 0 is perfect; bias: 0 is perfect;
--                  hit_rate_at_5: share of customers of whom one of five recommendations came true; recall_at_5: mean
--                  share of what they newly bought that was among them; margin_at_5: mean margin of what was
--                  log_loss, brier, rmse: 0 is perfect; calibration_slope: 1 is perfect; top_decile_lift, rank_correlation: more is better;
-- slice            of which customers
-- baseline         the simple rule beside it
-- value            of the model; null if it cannot be computed
-- baseline_value   of the rule; null if it cannot be computed
-- is_better        whether the model beats the rule; null if one of them cannot be computed
-- customer_count   customers
with purchase_quality as (
    select * from scores.purchase_quality
),
cross_sell_quality as (
    select * from scores.cross_sell_quality
),
propensity_quality as (
    select * from scores.propensity_quality
),
qualities as (
    select model, metric, slice, baseline, value, baseline_value, customer_count
    from purchase_quality
    union all
    select model, metric, slice, baseline, value, baseline_value, customer_count
    from propensity_quality
    union all
    select model, metric, slice, baseline, value, baseline_value, customer_count
    from cross_sell_quality
)
select
    model,
    metric,
    slice,
    baseline,
    value,
    baseline_value,
    case
        when metric = 'calibration_slope' then abs(value - 1) < abs(baseline_value - 1)
        when metric in ('mae', 'rmse', 'bias', 'log_loss', 'brier') then abs(value) < abs(baseline_value)
        else value > baseline_value
    end as is_better,
    customer_count
from qualities
