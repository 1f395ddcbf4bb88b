-- How good the models were on time that they had not seen, against simple rules: all customers together.
with compared as (
    select
        *,
        count(*) filter (where is_better) over () as better_all,
        count(*) over () as compared_all
    from predictions.model_quality
    where is_better is not null
)
select
    model,
    metric,
    customer_count as customers,
    value as value_ratio,
    baseline,
    baseline_value as baseline_ratio,
    is_better,
    better_all,
    compared_all
from compared
where slice = 'all'
order by model, metric, baseline
