-- One row per propensity and measure: the model and a simple rule, on customers and on time that it has not seen.
-- Model: judge_propensities
-- Given: scores.propensity_models
-- Key: model, metric, slice, baseline
-- model            see scores.propensity_models
-- metric           see predictions.model_quality
-- slice            all
-- baseline         rfm_cells: the mean of customers who had bought as lately and as often
-- value            of the model; null if it cannot be computed
-- baseline_value   of the rule; null if it cannot be computed
-- customer_count   customers
select * from features.known_outcomes
order by period, customer_id
