-- Whoever was brought was brought by one referral, and all others are rejected with a reason.
with referral_faults as (
    select * from scores.referral_faults
),
referrers as (
    select * from entities.referrers
),
counted as (
    select
        count(*) filter (where reason is null) as referral_count,
        (select count(referrer_id) from referrers) as brought_count,
        (select sum(referred_count) from referrers) as referred_count
    from referral_faults
)
select *
from counted
where
    referral_count <> brought_count
    or referral_count <> coalesce(referred_count, 0)
