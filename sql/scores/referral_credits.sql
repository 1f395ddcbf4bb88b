-- One row per known customer: whom they brought, at every depth, and what that is worth.
-- Model: credit_referrals
-- Given: features.referral_edges
-- Key: customer_id
-- customer_id          who
-- first_order_day      day of the first order, counted from 1970
-- value_to_date        their own value
-- referred_count       customers they brought themselves
-- referred_count_all   customers at every depth below them
-- referral_depth       levels below them
-- referred_value       value of all customers below them
-- referral_value       the part of it that is credited to them
-- referrer_id          who brought them; null if nobody did
select * from features.referral_customers
order by customer_id
