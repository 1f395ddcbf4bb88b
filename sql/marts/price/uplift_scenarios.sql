-- One row per group of customers and scenario: what a little more per order, per year or in retention is worth.
-- Why: what is more per order is bought at every order of a customer's stay, so small sums become large ones: 5 more per
-- order × 18 orders a year = 90 a year; × 5 years = 450; × 222 customers = 99,900.
-- Key: dimension, group_name, scenario
-- dimension                    all, tier, decile, phase or channel, as in transaction_size
-- group_name                   which
-- scenario                     what if, as the job names it
-- scenario_rank                its place in the job
-- active_count                 customers of the group with a purchase in the trailing window
-- revenue_yearly_actual        revenue per active customer and year today
-- revenue_yearly_gain          what a customer brings more in a year; 0 where the scenario changes retention alone
-- revenue_lifetime_gain        what a customer brings more over the years of the stay; null if retention is not known
-- revenue_group_yearly_gain    what all active customers of the group bring more in a year
-- revenue_group_lifetime_gain  what they bring more over the years of their stay; null if retention is not known
-- retention_years_actual       years of stay today
-- retention_years_expected     years of stay in the scenario
with transaction_size as (
    select * from price.transaction_size
),
scenarios as (
    select * from job.scenarios
),
changed_groups as (
    select
        transaction_size.dimension,
        transaction_size.group_name,
        scenarios.scenario,
        scenarios.scenario_rank,
        transaction_size.active_count,
        transaction_size.orders_per_year * transaction_size.order_revenue_mean as revenue_actual,
        (transaction_size.orders_per_year + scenarios.orders_per_year)
        * (transaction_size.order_revenue_mean + scenarios.revenue_per_order) as revenue_expected,
        transaction_size.retention_years as years_actual,
        transaction_size.retention_rate + scenarios.retention_rate as rate_expected
    from transaction_size
    cross join scenarios
    where transaction_size.active_count > 0
),
stays as (
    select
        *,
        case
            when rate_expected < 1 then (1 - power(rate_expected, $lifetime_years)) / (1 - rate_expected)
            when rate_expected >= 1 then $lifetime_years
        end as years_expected
    from changed_groups
),
gains as (
    select
        *,
        revenue_expected - revenue_actual as yearly_gain,
        revenue_expected * years_expected - revenue_actual * years_actual as lifetime_gain
    from stays
)
select
    dimension,
    group_name,
    scenario,
    scenario_rank,
    active_count,
    cast(revenue_actual as decimal(18, 4)) as revenue_yearly_actual,
    cast(yearly_gain as decimal(18, 4)) as revenue_yearly_gain,
    cast(lifetime_gain as decimal(18, 4)) as revenue_lifetime_gain,
    cast(yearly_gain * active_count as decimal(18, 4)) as revenue_group_yearly_gain,
    cast(lifetime_gain * active_count as decimal(18, 4)) as revenue_group_lifetime_gain,
    years_actual as retention_years_actual,
    years_expected as retention_years_expected
from gains
