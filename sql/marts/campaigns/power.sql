-- One row per campaign of the job with a key, outcome and size of effect: how many customers the test needs to see it.
-- Why: the noise is that of the shop's own last $campaigns_outcome_days days.
-- Key: campaign_id, outcome, effect_share
-- campaign_id            which campaign
-- outcome                conversion (share with a purchase), revenue or margin
-- effect_share           the effect as a share of the mean
-- effect                 the effect a head
-- outcome_mean           mean of the last days
-- outcome_sd             its standard deviation; null with one customer
-- customer_count         customers of the audience
-- customers_needed       in all arms together, to see the effect with probability $campaigns_power; null where no customer
--                        differs from another
-- is_enough              whether the audience is enough
-- chance                 that the whole audience shows the effect
-- smallest_effect        a head that the whole audience shows with probability $campaigns_power
-- small_test_customers   per arm, in the small test that brings the most if what wins is then sent to all others and
--                        effects differ from campaign to campaign by as much as this effect
with test_sizes as (
    select * from scores.test_sizes
)
select
    campaign_id,
    outcome,
    effect_share,
    effect,
    outcome_mean,
    sqrt(outcome_variance) as outcome_sd,
    customer_count,
    cast(customers_needed as bigint) as customers_needed,
    customers_needed <= customer_count as is_enough,
    chance,
    smallest_effect,
    cast(small_test_customers as bigint) as small_test_customers
from test_sizes
