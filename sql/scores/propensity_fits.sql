-- One row per propensity and technique that was tried on it.
-- Model: fit_propensities
-- Key: model, technique
-- model         third_order: the third order comes within the horizon; purchase: any; revenue, margin: how much
-- technique     linear, boosted; none if nothing could be fitted
-- fitted        the model as text; null if another technique is used
-- calibration   what makes its probabilities mean what they say, as text; null for amounts
-- found_count   customers to whom it had happened, of those it was learnt from
-- loss          mean loss one horizon ago, of the half of the customers that chooses; null if nothing could be fitted
-- reason        why nothing could be fitted; null if it could
select * from features.known_outcomes
order by period, customer_id
