-- One row per campaign with a key and customer who may be drawn for it: neither opted out nor of the global control group.
-- Key: campaign_id, customer_id
-- campaign_id   which campaign
-- customer_id   who
-- tier          where they stand: the stratum; none without a tier
with campaigns as (
    select distinct
        campaign_id,
        tier
    from job.campaign_arms
    where is_drawn
),
customers as (
    select * from entities.customers
    where not is_opted_out
),
control_customers as (
    select * from entities.control_customers
),
customer_tiers as (
    select * from entities.customer_tiers
)
select
    campaigns.campaign_id,
    customers.customer_id,
    coalesce(customer_tiers.tier, 'none') as tier
from customers
cross join campaigns
left join customer_tiers on customers.customer_id = customer_tiers.customer_id
left join control_customers on customers.customer_id = control_customers.customer_id
where
    (campaigns.tier is null or campaigns.tier = coalesce(customer_tiers.tier, 'none'))
    and control_customers.customer_id is null
