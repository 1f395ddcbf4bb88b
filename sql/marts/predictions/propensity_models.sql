-- One row per propensity and technique that was tried on it: the fitted model, so that it can score again.
-- Why: a job with `models.refit: false` scores by those of the last run.
-- Key: model, technique
-- model         which; see predictions.propensities
-- technique     linear, boosted; none if nothing could be fitted
-- is_used       whether it is the one that scores
-- fitted        the model as text; null if it is not used
-- calibration   what makes its probabilities mean what they say, as text; null for amounts
-- season        of the days from which an amount was learnt, or on which a probability was calibrated; null if it is unknown or
--               unseen time was foretold no worse without it
-- found_count   customers to whom it had happened, of those it was learnt from
-- loss          mean loss on unseen time, of the half of the customers that chooses; null if nothing could be fitted
-- loss_last     the same in the last run; null in the first
-- reason        why nothing was fitted; null if it was
with propensity_models as (
    select * from scores.propensity_models
),
last_models as (
    select * from last.propensity_models
)
select
    propensity_models.model,
    propensity_models.technique,
    propensity_models.fitted is not null as is_used,
    propensity_models.fitted,
    propensity_models.calibration,
    propensity_models.season,
    propensity_models.found_count,
    propensity_models.loss,
    last_models.loss as loss_last,
    propensity_models.reason
from propensity_models
left join last_models
    on propensity_models.model = last_models.model and propensity_models.technique = last_models.technique
