-- One row per campaign and arm of which the job says how many customers it should have, `all actions` among the campaigns.
-- Key: campaign_id, arm
-- campaign_id   which campaign
-- arm           arm of the test
-- share         planned share of the customers
with campaign_arms as (
    select * from job.campaign_arms
)
select campaign_id, arm, share from campaign_arms
union all
select 'all actions' as campaign_id, 'control' as arm, cast($campaigns_control_share as double) as share
union all
select 'all actions' as campaign_id, 'treated' as arm, cast(1 - $campaigns_control_share as double) as share
