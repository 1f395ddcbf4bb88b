-- One row per customer known one window ago: what was to be expected then of the trailing window.
-- Model: judge_purchases
-- Given: scores.purchase_fits, scores.spend_fits
-- Key: customer_id
-- customer_id             who
-- orders_expected         purchase days
-- order_margin_expected   margin of a purchase day
-- none_probability        that they buy nothing
-- fewer_probability       that they buy on as few days as they did, or fewer
-- more_probability        that they buy on as many days as they did, or more
select * from features.purchase_history
where period = 'window_ago'
order by group_name, repeat_count, age_days
