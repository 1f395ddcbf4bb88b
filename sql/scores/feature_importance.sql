-- One row per propensity and feature: what the model owes to it.
-- Model: explain_propensities
-- Given: scores.propensity_models
-- Key: model, feature
-- model            see scores.propensity_models
-- feature          column of features.customer_features
-- loss_increase    by how much the mean loss rises when the feature is shuffled among unseen customers
-- standard_error   of it
-- customer_count   customers asked
select * from features.known_outcomes
order by period, customer_id
