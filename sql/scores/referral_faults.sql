-- One row per referral on record: why it does not count, if it does not.
-- Model: judge_referrals
-- Given: features.referral_customers
-- Key: referral_number
-- referral_number   1, 2, 3 … in the order of days and ids
-- referrer_id       who recommended the shop
-- referred_id       who came
-- referred_day      day of the referral, counted from 1970
-- referred_date     the day
-- reason            unknown_referrer, unknown_referred, self_referral, before_first_order, referred_before, cycle; null if
--                   it counts
select * from features.referral_edges
order by referral_number
