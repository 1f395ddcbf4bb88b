-- One row per campaign and member: what they did in the days of outcome after the first contact, and in the
-- $campaigns_covariate_days days before it.
-- Key: campaign_id, customer_id
-- campaign_id       which campaign
-- customer_id       who
-- order_count       purchases after it
-- revenue           money after it, returns taken off
-- margin            money
-- order_count_pre   purchases in the days before it
-- revenue_pre       money in the days before it
-- margin_pre        money
-- order_count_ever  purchases before it, however long ago
with campaign_members as (
    select * from entities.campaign_members
),
orders as (
    select * from entities.orders
),
placed_orders as (
    select
        campaign_members.campaign_id,
        campaign_members.customer_id,
        orders.is_purchase,
        orders.revenue,
        orders.margin,
        orders.ordered_at > campaign_members.exposed_at as is_after,
        campaign_members.exposed_date - orders.order_date <= $campaigns_covariate_days as is_recent
    from campaign_members
    inner join orders on campaign_members.customer_id = orders.customer_id
    where orders.order_date - campaign_members.exposed_date <= campaign_members.outcome_days
)
select
    campaign_id,
    customer_id,
    count(*) filter (where is_after and is_purchase) as order_count,
    coalesce(sum(revenue) filter (where is_after), 0) as revenue,
    coalesce(sum(margin) filter (where is_after), 0) as margin,
    count(*) filter (where not is_after and is_recent and is_purchase) as order_count_pre,
    coalesce(sum(revenue) filter (where not is_after and is_recent), 0) as revenue_pre,
    coalesce(sum(margin) filter (where not is_after and is_recent), 0) as margin_pre,
    count(*) filter (where not is_after and is_purchase) as order_count_ever
from placed_orders
group by campaign_id, customer_id
