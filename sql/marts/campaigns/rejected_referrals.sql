-- One row per referral on record that does not count, with the reason.
-- Needs: referrals
-- Key: referral_number
-- referral_number   1, 2, 3 … of all referrals in the order of days and ids
-- referrer_id       who is said to have recommended the shop
-- referred_id       who is said to have come
-- reason            unknown_referrer, unknown_referred: no customer of this name; self_referral; before_first_order: the
--                   referrer had not ordered yet; referred_before: somebody brought this customer before; cycle: the
--                   referred is above the referrer in the chain
-- referred_date     day of the referral
with referral_faults as (
    select * from scores.referral_faults
)
select
    referral_number,
    referrer_id,
    referred_id,
    reason,
    referred_date
from referral_faults
where reason is not null
