-- One row per loyal customer in rhythm who has brought nobody yet, most promising first, and what a referral may cost.
-- Why: they look like those who refer: the rate is that of loyal customers of their tier.
-- Key: customer_id
-- customer_id           who
-- prospect_rank         1 is best: by the value expected of asking
-- tier                  where they stand
-- group_count           customers who stand there
-- referral_rate         share of them who have brought somebody
-- referred_margin_mean  margin that a referred customer of this shop makes in the next 365 days; null without a model
-- value_expected        referral_rate × referred_margin_mean
-- reward_max            what a referral may be rewarded with: $referral_reward_share of referred_margin_mean
with referrals as (
    select * from entities.referrers
),
lifecycle as (
    select * from loyalty.lifecycle
),
customer_value as (
    select * from value.customer_value
),
customers as (
    select * from entities.customers
),
referred_margins as (
    select greatest(cast(avg(customer_value.margin_365_expected) as double), 0) as referred_margin_mean
    from referrals
    inner join customer_value on referrals.customer_id = customer_value.customer_id
    where referrals.referrer_id is not null
),
loyal_customers as (
    select
        referrals.customer_id,
        coalesce(referrals.tier, 'none') as tier,
        referrals.referred_count > 0 as is_referrer,
        lifecycle.phase
    from referrals
    inner join lifecycle on referrals.customer_id = lifecycle.customer_id
    where lifecycle.class = 'loyal'
),
rates as (
    select
        tier,
        count(*) as group_count,
        cast(count(*) filter (where is_referrer) as double) / count(*) as referral_rate
    from loyal_customers
    group by tier
),
prospects as (
    select
        loyal_customers.customer_id,
        loyal_customers.tier,
        rates.group_count,
        rates.referral_rate,
        cast(referred_margins.referred_margin_mean as decimal(18, 4)) as referred_margin_mean,
        cast(rates.referral_rate * referred_margins.referred_margin_mean as decimal(18, 4)) as value_expected,
        cast($referral_reward_share * referred_margins.referred_margin_mean as decimal(18, 4)) as reward_max
    from loyal_customers
    inner join rates on loyal_customers.tier = rates.tier
    inner join customers on loyal_customers.customer_id = customers.customer_id
    cross join referred_margins
    where
        not loyal_customers.is_referrer
        and loyal_customers.phase in ('service', 'returned')
        and not customers.is_opted_out
)
select
    customer_id,
    row_number() over (order by value_expected desc nulls last, customer_id) as prospect_rank,
    tier,
    group_count,
    referral_rate,
    referred_margin_mean,
    value_expected,
    reward_max
from prospects
