-- One row per campaign, member whose days of outcome have passed, and outcome.
-- Why: a campaign whose outcomes were measured elsewhere is taken as it was measured; slices are what was known before
-- the contact, since what came after it may be its effect.
-- Key: campaign_id, customer_id, outcome
-- campaign_id       which campaign
-- customer_id       who
-- arm               arm of the test
-- outcome           conversion (1 with a purchase, else 0), orders, revenue, margin, visits
-- value             what came of it
-- covariate         the same before the contact, or what the source says of that time
-- order_count_ever  purchases before the contact: 0, 1, 2, 3 or more
-- region            where they live
-- channel           how they were won
-- contact_cost      what the contacts cost
with campaign_members as (
    select * from entities.campaign_members
),
campaign_orders as (
    select * from entities.campaign_orders
),
known_customers as (
    select * from clean.customers
),
measured_campaigns as (
    select
        campaign_id,
        max(coalesce(visits, orders, revenue, margin)) is not null as is_measured
    from campaign_members
    group by campaign_id
),
members as (
    select
        campaign_members.*,
        campaign_orders.order_count_ever,
        case when is_measured then campaign_members.orders else coalesce(order_count, 0) end as order_count,
        case when is_measured then campaign_members.revenue else coalesce(campaign_orders.revenue, 0) end as money,
        case when is_measured then campaign_members.margin else coalesce(campaign_orders.margin, 0) end as earned,
        coalesce(campaign_members.covariate, order_count_pre, 0) as orders_before,
        coalesce(campaign_members.covariate, revenue_pre, 0) as money_before,
        coalesce(campaign_members.covariate, margin_pre, 0) as earned_before
    from campaign_members
    inner join measured_campaigns on campaign_members.campaign_id = measured_campaigns.campaign_id
    left join campaign_orders
        on campaign_members.campaign_id = campaign_orders.campaign_id
        and campaign_members.customer_id = campaign_orders.customer_id
    where is_measured or $run_date - campaign_members.exposed_date >= campaign_members.outcome_days
),
outcomes as (
    select * from (values ('conversion'), ('orders'), ('revenue'), ('margin'), ('visits')) as outcomes (outcome)
),
valued_members as (
    select
        members.campaign_id,
        members.customer_id,
        members.arm,
        outcomes.outcome,
        cast(case outcome
            when 'conversion' then case when order_count > 0 then 1 when order_count is not null then 0 end
            when 'orders' then order_count
            when 'revenue' then money
            when 'margin' then earned
            when 'visits' then visits
        end as decimal(18, 4)) as value,
        cast(case outcome
            when 'revenue' then money_before
            when 'margin' then earned_before
            else orders_before
        end as decimal(18, 4)) as covariate,
        case least(coalesce(order_count_ever, 0), 3)
            when 3 then '3 or more'
            else cast(coalesce(order_count_ever, 0) as varchar)
        end as order_count_ever,
        coalesce(known_customers.region, 'unknown') as region,
        coalesce(known_customers.acquisition_channel, 'unknown') as channel,
        members.contact_cost
    from members
    cross join outcomes
    left join known_customers on members.customer_id = known_customers.customer_id
)
select * from valued_members
where value is not null
