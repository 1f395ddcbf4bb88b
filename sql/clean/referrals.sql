-- One row per referral that the shop has on record, up to $run_date.
-- Key: none
-- referrer_id     who recommended the shop
-- referred_id     who came
-- referred_date   day of the referral; null if it cannot be read
with referrals as (
    select * from raw.referrals
),
typed_referrals as (
    select
        nullif(trim(cast(referrer_id as varchar)), '') as referrer_id,
        nullif(trim(cast(referred_id as varchar)), '') as referred_id,
        business_day(instant(referred_at)) as referred_date
    from referrals
)
select *
from typed_referrals
where coalesce(referred_date <= $run_date, true)
