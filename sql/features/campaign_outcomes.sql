-- One row per campaign, member and outcome, as soon as it is known: measured elsewhere, or counted from the transactions when
-- the member's days of outcome have passed.
-- Why: a campaign whose purchases were measured elsewhere is taken as it was measured; slices are what was known before
-- the contact, since what came after it may be its effect.
-- Key: campaign_id, customer_id, outcome
-- campaign_id       which campaign
-- customer_id       who
-- arm               arm of the test
-- outcome           conversion (1 with a purchase, else 0), orders, revenue, margin, or what the job calls it
-- value             what came of it
-- covariate         the same before the contact (of other outcomes the orders), or what the source says of that time
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
measured_outcomes as (
    select * from entities.measured_outcomes
),
known_customers as (
    select * from clean.customers
),
campaigns_elsewhere as (
    select distinct campaign_id from measured_outcomes
    where outcome in ('conversion', 'orders', 'revenue', 'margin')
),
members as (
    select
        campaign_members.*,
        coalesce(order_count, 0) as order_count,
        coalesce(revenue, 0) as revenue,
        coalesce(margin, 0) as margin,
        coalesce(covariate, order_count_pre, 0) as orders_before,
        coalesce(covariate, revenue_pre, 0) as revenue_before,
        coalesce(covariate, margin_pre, 0) as margin_before,
        case when order_count_ever >= 3 then '3 or more' else cast(coalesce(order_count_ever, 0) as varchar) end
            as order_count_ever
    from campaign_members
    left join campaign_orders
        on campaign_members.campaign_id = campaign_orders.campaign_id
        and campaign_members.customer_id = campaign_orders.customer_id
),
outcomes as (
    select * from (values ('conversion'), ('orders'), ('revenue'), ('margin')) as outcomes (outcome)
),
counted_outcomes as (
    select
        members.campaign_id,
        members.customer_id,
        outcomes.outcome,
        cast(case outcomes.outcome
            when 'conversion' then least(members.order_count, 1)
            when 'orders' then members.order_count
            when 'revenue' then members.revenue
            when 'margin' then members.margin
        end as decimal(18, 4)) as value
    from members
    cross join outcomes
    left join campaigns_elsewhere on members.campaign_id = campaigns_elsewhere.campaign_id
    where
        campaigns_elsewhere.campaign_id is null
        and $run_date - members.exposed_date >= members.outcome_days
),
known_outcomes as (
    select campaign_id, customer_id, outcome, value from counted_outcomes
    union all
    select campaign_id, customer_id, outcome, value from measured_outcomes
)
select
    members.campaign_id,
    members.customer_id,
    members.arm,
    known_outcomes.outcome,
    known_outcomes.value,
    cast(case known_outcomes.outcome
        when 'revenue' then members.revenue_before
        when 'margin' then members.margin_before
        else members.orders_before
    end as decimal(18, 4)) as covariate,
    members.order_count_ever,
    coalesce(known_customers.region, 'unknown') as region,
    coalesce(known_customers.acquisition_channel, 'unknown') as channel,
    members.contact_cost
from known_outcomes
inner join members
    on known_outcomes.campaign_id = members.campaign_id
    and known_outcomes.customer_id = members.customer_id
left join known_customers on members.customer_id = known_customers.customer_id
