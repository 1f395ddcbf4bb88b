-- How good the models were on time that they had not seen, against a simple rule.
select
    model,
    metric,
    slice,
    customer_count as customers,
    value as value_ratio,
    baseline,
    baseline_value as baseline_ratio,
    is_better,
    count(*) filter (where is_better) over () as better_count,
    count(*) over () as test_count
from predictions.model_quality
order by model, metric, slice, baseline
