-- One row per known customer with a purchase: what they will do within the horizon.
-- Model: score_propensities
-- Given: scores.propensity_fits
-- Key: customer_id
-- customer_id   who
-- third_order   probability of a third order; null for who has it
-- purchase      probability of a purchase
-- revenue       expected
-- margin        expected
-- reason_1      the strongest reason for the probability of a purchase; null without a model
-- reason_2      the second; null if there is none
-- reason_3      the third; null if there is none
select * from features.customer_features
where period = 'now'
