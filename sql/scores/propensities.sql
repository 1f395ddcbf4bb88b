-- One row per known customer with a purchase: what they will do within the horizon, and within the window to come.
-- Model: score_propensities
-- Given: scores.propensity_models
-- Key: customer_id
-- customer_id      who
-- third_order      probability of a third order within the horizon; null for who has it
-- purchase         probability of a purchase within the horizon
-- best_tier        probability to earn the best tier in the window
-- revenue          expected within the horizon
-- margin           expected within the horizon
-- revenue_window   expected within the window
-- margin_window    expected within the window
-- reason_1         the strongest reason for the probability of a purchase; null without a model
-- reason_2         the second; null if there is none
-- reason_3         the third; null if there is none
select * from features.customer_features
where period = 'now'
