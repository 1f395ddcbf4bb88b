-- One row per propensity and feature: what the model owes to it, on customers and on time that it has not seen.
-- Key: model, feature
-- model            see predictions.propensities
-- feature          column of features.customer_features
-- place            1 is the feature the model needs most
-- loss_increase    by how much the mean loss rises when the feature is shuffled among customers; below 0 it only disturbs
-- standard_error   of it
-- customer_count   customers asked
with feature_importance as (
    select * from scores.feature_importance
)
select
    model,
    feature,
    row_number() over (partition by model order by loss_increase desc, feature) as place,
    loss_increase,
    standard_error,
    customer_count
from feature_importance
