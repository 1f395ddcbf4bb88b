-- One row per campaign of the job with a key, outcome and size of effect: the test that is planned, by the shop's own past.
-- Key: campaign_id, outcome, effect_share
-- campaign_id        which campaign
-- outcome            conversion (share with a purchase), revenue or margin in $campaigns_outcome_days days
-- effect_share       the effect as a share of the mean
-- customer_count     customers of the audience
-- treated_share      share of them who are not held out
-- outcome_mean       mean of the last $campaigns_outcome_days days
-- outcome_variance   its variance
-- effect             the effect a head
with campaign_audiences as (
    select * from features.campaign_audiences
),
control_shares as (
    select
        campaign_id,
        share as control_share
    from job.campaign_arms
    where is_drawn and arm = 'control'
),
recent_days as (
    select
        customer_id,
        max(case when has_purchase then 1 else 0 end) as conversion,
        sum(purchase_revenue) as revenue,
        sum(margin) as margin
    from features.customer_days
    where $run_date - order_date < $campaigns_outcome_days
    group by customer_id
),
outcomes as (
    select * from (values ('conversion'), ('revenue'), ('margin')) as outcomes (outcome)
),
effect_shares as (
    select * from (values (0.05), (0.1), (0.2), (0.5)) as effect_shares (effect_share)
),
valued_members as (
    select
        campaign_audiences.campaign_id,
        outcomes.outcome,
        cast(coalesce(case outcome
            when 'conversion' then conversion
            when 'revenue' then revenue
            else margin
        end, 0) as decimal(18, 4)) as value
    from campaign_audiences
    cross join outcomes
    left join recent_days on campaign_audiences.customer_id = recent_days.customer_id
),
summed_members as (
    select
        campaign_id,
        outcome,
        count(*) as customer_count,
        cast(sum(value) as double) / count(*) as outcome_mean,
        cast(sum(value * value) as double) / count(*) as square_mean
    from valued_members
    group by campaign_id, outcome
)
select
    summed_members.campaign_id,
    summed_members.outcome,
    cast(effect_shares.effect_share as double) as effect_share,
    summed_members.customer_count,
    1 - control_shares.control_share as treated_share,
    summed_members.outcome_mean,
    (square_mean - outcome_mean * outcome_mean)
    * customer_count / nullif(customer_count - 1.0, 0) as outcome_variance,
    cast(effect_shares.effect_share as double) * summed_members.outcome_mean as effect
from summed_members
inner join control_shares on summed_members.campaign_id = control_shares.campaign_id
cross join effect_shares
