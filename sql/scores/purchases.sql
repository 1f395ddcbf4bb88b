-- One row per known customer with a purchase: what they are expected to do and to bring from now on.
-- Why: customers of equal age and number of purchases stand together, so that what they share is computed once.
-- Model: score_purchases
-- Given: scores.purchase_fits, scores.spend_fits
-- Key: customer_id
-- customer_id              who
-- probability_alive        that they are still a customer
-- none_30_probability      that they buy nothing in the next 30 days
-- none_90_probability      in the next 90 days
-- none_365_probability     in the next 365 days
-- next_order_days          days until half of such customers, if they are still there, have bought
-- orders_90_expected       purchase days in the next 90 days
-- orders_365_expected      purchase days in the next 365 days
-- orders_365_lower         lower end of the range in which they lie with probability $purchases_interval
-- orders_365_upper         upper end of it
-- order_margin_expected    margin of a purchase day
-- lifetime_value           discounted margin of the next $lifetime_years years
-- lifetime_value_lower     lower end of the range in which it lies with probability $purchases_interval
-- lifetime_value_upper     upper end of it
-- lifetime_value_cv        how uncertain the expectation itself is, because the parameters are: standard deviation / mean
select * from features.purchase_history
where period = 'now'
order by group_name, repeat_count, age_days
