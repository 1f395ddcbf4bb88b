-- One row per planned test and size of effect: how many customers it needs.
-- Model: size_tests
-- Key: campaign_id, outcome, effect_share
-- campaign_id            which campaign
-- outcome                conversion, revenue or margin
-- effect_share           the effect as a share of the mean
-- customer_count         customers of the audience
-- treated_share          share of them who are not held out
-- outcome_mean           mean of the last days
-- outcome_variance       its variance
-- effect                 the effect a head
-- customers_needed       in all arms together; null where nothing differs from customer to customer
-- chance                 that the whole audience shows the effect
-- smallest_effect        a head that the whole audience shows with probability $campaigns_power
-- small_test_customers   per arm, in the small test that brings the most if what wins is sent to all others
select * from features.test_plans
order by campaign_id, outcome, effect_share
