-- One row per campaign and arm: how many of its customers another campaign treated at the same time.
-- Key: campaign_id, arm
-- campaign_id     which campaign
-- arm             arm of the test
-- overlap_share   share of its customers whom another campaign treated within $campaigns_outcome_days days of the contact
with exposed_customers as (
    select * from entities.exposed_customers
),
overlapping_members as (
    select distinct
        exposed_customers.campaign_id,
        exposed_customers.customer_id
    from exposed_customers
    inner join exposed_customers as others on exposed_customers.customer_id = others.customer_id
    where
        exposed_customers.campaign_id <> others.campaign_id
        and others.arm <> 'control'
        and abs(others.exposed_date - exposed_customers.exposed_date) <= $campaigns_outcome_days
)
select
    exposed_customers.campaign_id,
    exposed_customers.arm,
    cast(count(overlapping_members.customer_id) as double) / count(*) as overlap_share
from exposed_customers
left join overlapping_members
    on exposed_customers.campaign_id = overlapping_members.campaign_id
    and exposed_customers.customer_id = overlapping_members.customer_id
group by exposed_customers.campaign_id, exposed_customers.arm
