-- One row per campaign with a control group, treated arm, and customer of the arm or of control: what the campaign made of
-- them after its cost, and what was known of them before.
-- Why: half of the customers, by a lottery that knows the campaign and the customer alone, teach the prediction; the others
-- judge it.
-- Key: campaign_id, arm, customer_id
-- campaign_id   which campaign
-- arm           the treated arm
-- customer_id   who
-- is_treated    1 in the arm, 0 in control
-- is_teacher    whether the prediction learns from them
-- group_name    purchases before the contact, and whether any was recent
-- value         margin less what the contacts cost
with campaign_outcomes as (
    select * from features.campaign_outcomes
    where outcome = 'margin'
),
treated_arms as (
    select distinct
        campaign_id,
        arm
    from campaign_outcomes
    where arm <> 'control'
)
select
    treated_arms.campaign_id,
    treated_arms.arm,
    campaign_outcomes.customer_id,
    case when campaign_outcomes.arm = 'control' then 0 else 1 end as is_treated,
    lottery_number('uplift', treated_arms.campaign_id, campaign_outcomes.customer_id) < 0.5 as is_teacher,
    campaign_outcomes.order_count_ever
    || case when campaign_outcomes.covariate > 0 then ', recent' else ', not recent' end as group_name,
    campaign_outcomes.value - campaign_outcomes.contact_cost as value
from campaign_outcomes
inner join treated_arms
    on campaign_outcomes.campaign_id = treated_arms.campaign_id
    and campaign_outcomes.arm in (treated_arms.arm, 'control')
