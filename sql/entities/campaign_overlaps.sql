-- One row per campaign and arm: how many of its customers another campaign treated at the same time.
-- Key: campaign_id, arm
-- campaign_id     which campaign
-- arm             arm of the test
-- overlap_share   share of its customers whom another campaign treated within $campaigns_outcome_days days of the contact
with campaign_members as (
    select * from entities.campaign_members
),
overlapping_members as (
    select distinct
        campaign_members.campaign_id,
        campaign_members.customer_id
    from campaign_members
    inner join campaign_members as others on campaign_members.customer_id = others.customer_id
    where
        campaign_members.campaign_id <> others.campaign_id
        and others.arm <> 'control'
        and abs(others.exposed_date - campaign_members.exposed_date) <= $campaigns_outcome_days
)
select
    campaign_members.campaign_id,
    campaign_members.arm,
    cast(count(overlapping_members.customer_id) as double) / count(*) as overlap_share
from campaign_members
left join overlapping_members
    on campaign_members.campaign_id = overlapping_members.campaign_id
    and campaign_members.customer_id = overlapping_members.customer_id
group by campaign_members.campaign_id, campaign_members.arm
