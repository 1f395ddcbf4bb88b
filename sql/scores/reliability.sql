-- One row per propensity and tenth of the customers by what was said of them: said beside come.
-- Model: compare_propensities
-- Given: scores.propensity_models
-- Key: model, lowest
-- model            see scores.propensity_models
-- lowest           lowest prediction of the group
-- highest          highest prediction
-- predicted        mean prediction
-- observed         share to whom it happened, or mean amount
-- customer_count   customers
select * from features.known_outcomes
order by period, customer_id
