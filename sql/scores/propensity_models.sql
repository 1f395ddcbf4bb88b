-- One row per propensity and technique that was tried on it.
-- Model: fit_propensities
-- Given: last.propensity_models
-- Key: model, technique
-- model         third_order: the third order comes within the horizon; purchase: any; best_tier: the customer earns the best
--               tier in the window to come; revenue, margin: how much in the horizon; revenue_window, margin_window: in the
--               window
-- technique     linear, boosted; none if nothing could be fitted
-- fitted        the model as text; null if another technique is used
-- calibration   what makes its probabilities mean what they say, as text; null for amounts
-- season        of the days from which an amount was learnt, or on which a probability was calibrated; null if it is unknown or
--               unseen time was foretold no worse without it
-- found_count   customers to whom it had happened, of those it was learnt from
-- loss          mean loss one horizon ago, of the half of the customers that chooses; null if nothing could be fitted
-- reason        why nothing was fitted; null if it was
select * from features.known_outcomes
order by period, customer_id
