-- One row per referral on record, with the ids that count.
-- Key: referral_number
-- referral_number   1, 2, 3 … in the order of days and ids
-- referrer_id       who recommended the shop, after identities
-- referred_id       who came, after identities
-- referred_day      day of the referral, counted from 1970
-- referred_date     the day
with referrals as (
    select * from clean.referrals
    where referred_date is not null
),
identities as (
    select * from clean.identities
),
named_referrals as (
    select
        coalesce(referrers.customer_id, referrals.referrer_id) as referrer_id,
        coalesce(newcomers.customer_id, referrals.referred_id) as referred_id,
        referrals.referred_date
    from referrals
    left join identities as referrers on referrals.referrer_id = referrers.alias_id
    left join identities as newcomers on referrals.referred_id = newcomers.alias_id
)
select
    row_number() over (order by referred_date, referrer_id, referred_id) as referral_number,
    referrer_id,
    referred_id,
    cast(referred_date as int) as referred_day,
    referred_date
from named_referrals
