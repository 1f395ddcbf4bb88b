-- One row per known customer: who brought them, whom they brought at every depth, and what that is worth.
-- Why: of the value of a customer, whoever is d steps above is credited with $referral_credit_share to the power of d, so
-- that no value is credited more than once in all.
-- Key: customer_id
-- customer_id          who
-- referrer_id          who brought them; null if nobody did
-- tier                 where they stand; null without a purchase in the window
-- referred_count       customers they brought themselves
-- referred_count_all   customers at every depth below them
-- referral_depth       levels below them
-- value_to_date        their own value
-- referred_value       value of all customers below them
-- referral_value       the part of it that is credited to them
-- value_with_referrals   value_to_date + referral_value
-- is_splitting         whether they have split a habit with a competitor (see category_defections)
with referral_credits as (
    select * from scores.referral_credits
),
customer_value as (
    select * from value.customer_value
),
splitting_customers as (
    select distinct customer_id from loyalty.category_defections
)
select
    referral_credits.customer_id,
    referral_credits.referrer_id,
    customer_value.tier,
    referral_credits.referred_count,
    referral_credits.referred_count_all,
    referral_credits.referral_depth,
    customer_value.value_to_date,
    cast(referral_credits.referred_value as decimal(18, 4)) as referred_value,
    cast(referral_credits.referral_value as decimal(18, 4)) as referral_value,
    customer_value.value_to_date
    + cast(referral_credits.referral_value as decimal(18, 4)) as value_with_referrals,
    splitting_customers.customer_id is not null as is_splitting
from referral_credits
inner join customer_value on referral_credits.customer_id = customer_value.customer_id
left join splitting_customers on referral_credits.customer_id = splitting_customers.customer_id
