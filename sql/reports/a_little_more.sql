-- What a little more is worth, for all customers together.
select
    scenario,
    active_count as customers,
    cast(revenue_yearly_gain as decimal(18, 4)) as revenue_yearly_gain,
    cast(revenue_lifetime_gain as decimal(18, 4)) as revenue_lifetime_gain,
    cast(revenue_group_yearly_gain as decimal(18, 4)) as revenue_group_yearly_gain,
    cast(revenue_group_lifetime_gain as decimal(18, 4)) as revenue_group_lifetime_gain
from price.uplift_scenarios
where dimension = 'all'
order by scenario_rank
