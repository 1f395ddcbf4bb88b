-- Where a scenario changes nothing but the order value, a year brings it once per order.
with uplift_scenarios as (
    select * from price.uplift_scenarios
),
transaction_size as (
    select * from price.transaction_size
),
scenarios as (
    select * from job.scenarios
    where
        orders_per_year = 0
        and retention_rate = 0
)
select
    uplift_scenarios.dimension,
    uplift_scenarios.group_name,
    uplift_scenarios.scenario,
    uplift_scenarios.revenue_yearly_gain,
    transaction_size.orders_per_year
from uplift_scenarios
inner join scenarios on uplift_scenarios.scenario_rank = scenarios.scenario_rank
inner join transaction_size
    on uplift_scenarios.dimension = transaction_size.dimension
    and uplift_scenarios.group_name = transaction_size.group_name
where
    abs(
        cast(uplift_scenarios.revenue_yearly_gain as double)
        - scenarios.revenue_per_order * transaction_size.orders_per_year
    ) > 0.001
