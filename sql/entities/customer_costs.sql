-- One row per customer on whom the shop says it spent money.
-- Why: what the source of customers says of winning a customer counts before what the source of costs says of it, so
-- that no money is counted twice.
-- Key: customer_id
-- customer_id        who, after identities
-- acquisition_cost   what winning them cost; null if nobody says
-- marketing_cost     what was spent on them since; null if nobody says
with known_customers as (
    select * from clean.customers
),
costs as (
    select * from clean.costs
),
identities as (
    select * from clean.identities
),
named_costs as (
    select
        customer_id,
        acquisition_cost as known_cost,
        cast(null as decimal(18, 4)) as acquisition_cost,
        cast(null as decimal(18, 4)) as marketing_cost
    from known_customers
    where acquisition_cost is not null
    union all
    select
        customer_id,
        cast(null as decimal(18, 4)) as known_cost,
        case when kind = 'acquisition' then cost end as acquisition_cost,
        case when kind = 'marketing' then cost end as marketing_cost
    from costs
    where customer_id is not null
)
select
    coalesce(identities.customer_id, named_costs.customer_id) as customer_id,
    coalesce(
        sum(named_costs.known_cost), sum(named_costs.acquisition_cost)
    ) as acquisition_cost,
    sum(named_costs.marketing_cost) as marketing_cost
from named_costs
left join identities on named_costs.customer_id = identities.alias_id
group by coalesce(identities.customer_id, named_costs.customer_id)
