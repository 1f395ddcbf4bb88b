-- One row per campaign and customer in one of its arms, with `all actions` as one campaign more.
-- Why: all actions together are a test without end, whose control is the global control group. Its outcome is what the
-- trailing window brought of those who were customers before; what they did before is no covariate, since earlier actions
-- had a part in it.
-- Key: campaign_id, customer_id
-- campaign_id     which campaign
-- customer_id     who, after identities
-- arm             the first arm they were in
-- contact_cost    what all contacts cost
-- covariate       what was known of them before; null if the source does not say
-- outcome_days    days after the first contact in which an outcome counts
-- exposed_date    day of the first contact
-- exposed_at      its instant
with exposed_customers as (
    select * from entities.exposed_customers
),
customers as (
    select *, cast(cast($run_date as int) - $window_days as date) as day_before from entities.customers
),
control_customers as (
    select * from entities.control_customers
),
window_costs as (
    select * from entities.window_costs
)
select
    campaign_id,
    customer_id,
    arm,
    contact_cost,
    covariate,
    $campaigns_outcome_days as outcome_days,
    exposed_date,
    exposed_at
from exposed_customers
union all
select
    'all actions' as campaign_id,
    customers.customer_id,
    case when control_customers.customer_id is null then 'treated' else 'control' end as arm,
    coalesce(window_costs.spent_window, 0) as contact_cost,
    0 as covariate,
    $window_days as outcome_days,
    customers.day_before as exposed_date,
    instant(customers.day_before) + interval '1 day' - interval '1 microsecond' as exposed_at
from customers
left join control_customers on customers.customer_id = control_customers.customer_id
left join window_costs on customers.customer_id = window_costs.customer_id
where
    $campaigns_control_share > 0
    and customers.first_order_date <= customers.day_before
