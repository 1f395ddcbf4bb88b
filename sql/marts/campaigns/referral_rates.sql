-- One row per group of customers: how many of them bring others, and what such a customer is worth.
-- Needs: referrals
-- Key: dimension, group_name
-- dimension            tier, phase (see lifecycle), or splitting: loyal customers by tier and by whether they have split a
--                      habit with a competitor (see category_defections)
-- group_name           its value; none without a tier
-- customer_count       customers with a purchase
-- referrer_count       those of them who brought somebody
-- referred_count       customers whom they brought
-- referral_rate        referrer_count / customer_count
-- referral_lower       lower end of its 95 % interval (Wilson)
-- referral_upper       upper end
-- referred_value_mean  mean value of a customer whom they brought and of all below; null if they brought nobody
with referrals as (
    select * from campaigns.referrals
),
lifecycle as (
    select * from loyalty.lifecycle
),
grouped_customers as (
    select referrals.*, 'tier' as dimension, coalesce(tier, 'none') as group_name
    from referrals
    inner join lifecycle on referrals.customer_id = lifecycle.customer_id
    union all
    select referrals.*, 'phase' as dimension, lifecycle.phase as group_name
    from referrals
    inner join lifecycle on referrals.customer_id = lifecycle.customer_id
    union all
    select
        referrals.*,
        'splitting' as dimension,
        coalesce(tier, 'none') || case when is_splitting then ', splits' else ', keeps' end as group_name
    from referrals
    inner join lifecycle on referrals.customer_id = lifecycle.customer_id
    where lifecycle.class = 'loyal'
),
counted_groups as (
    select
        dimension,
        group_name,
        count(*) as customer_count,
        count(*) filter (where referred_count > 0) as referrer_count,
        sum(referred_count) as referred_count,
        sum(referred_value) as referred_value
    from grouped_customers
    group by dimension, group_name
),
rates as (
    select
        *,
        cast(referrer_count as double) / customer_count as referral_rate,
        1.959963984540054 * 1.959963984540054 / customer_count as z_squared
    from counted_groups
)
select
    dimension,
    group_name,
    customer_count,
    referrer_count,
    referred_count,
    referral_rate,
    greatest((
        referral_rate + z_squared / 2
        - sqrt(z_squared * (referral_rate * (1 - referral_rate) + z_squared / 4))
    ) / (1 + z_squared), 0) as referral_lower,
    (
        referral_rate + z_squared / 2
        + sqrt(z_squared * (referral_rate * (1 - referral_rate) + z_squared / 4))
    ) / (1 + z_squared) as referral_upper,
    cast(referred_value as double) / nullif(referred_count, 0) as referred_value_mean
from rates
