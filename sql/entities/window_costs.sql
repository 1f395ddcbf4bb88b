-- One row per customer on whom marketing money was spent in the trailing window.
-- Why: a shop says what a contact cost either in the source of costs or in that of exposures; where it says both, they are
-- two costs.
-- Key: customer_id
-- customer_id    who, after identities
-- spent_window   money, costs of contacts by campaigns among it
with costs as (
    select * from clean.costs
),
exposures as (
    select * from clean.exposures
),
identities as (
    select * from clean.identities
),
spent_costs as (
    select customer_id, cost as spent, cost_date as spent_date from costs
    where kind = 'marketing' and customer_id is not null
    union all
    select customer_id, contact_cost as spent, exposed_date as spent_date from exposures
)
select
    coalesce(identities.customer_id, spent_costs.customer_id) as customer_id,
    cast(sum(spent_costs.spent) as decimal(18, 4)) as spent_window
from spent_costs
left join identities on spent_costs.customer_id = identities.alias_id
where $run_date - spent_costs.spent_date < $window_days
group by coalesce(identities.customer_id, spent_costs.customer_id)
