-- One row per group of customers: how often they buy, how much at a time, and how long they stay.
-- Key: dimension, group_name
-- dimension            all, tier, decile (of revenue; 01 is best), phase or channel (of the first order)
-- group_name           which; all; none for customers without a tier or a phase, unknown without a channel
-- customer_count       customers
-- active_count         those of them with a purchase in the trailing window
-- order_count          their purchases in it
-- order_revenue_mean   average order value in it; null without a purchase
-- order_unit_count     units per order in it, units taken back with the same order taken off; null without a purchase
-- orders_per_year      purchases per active customer and year; null without a purchase
-- retention_rate       share of who bought in the window before and bought in the trailing window too, for the group as
--                      it stood one window ago; null if nobody did, and for phases, which are made of who came back
-- retention_years      years a customer stays, of the next $lifetime_years: 1 + rate + rate² + …; null without a rate
with customers as (
    select * from entities.customers
),
orders as (
    select * from entities.orders
),
customer_value as (
    select * from value.customer_value
),
lifecycle as (
    select * from loyalty.lifecycle
),
retention_rates as (
    select * from entities.retention_rates
),
window_orders as (
    select
        customer_id,
        count(*) as order_count,
        sum(revenue) as revenue,
        sum(unit_count) as unit_count
    from orders
    where is_purchase and $run_date - order_date < $window_days
    group by customer_id
),
customers_in_groups as (
    select
        coalesce(customer_value.tier, 'none') as tier,
        lpad(cast(customer_value.revenue_decile as varchar), 2, '0') as decile,
        coalesce(lifecycle.phase, 'none') as phase,
        coalesce(customers.first_channel, 'unknown') as channel,
        window_orders.order_count,
        window_orders.revenue,
        window_orders.unit_count
    from customers
    inner join customer_value on customers.customer_id = customer_value.customer_id
    left join lifecycle on customers.customer_id = lifecycle.customer_id
    left join window_orders on customers.customer_id = window_orders.customer_id
),
-- the few combinations of all groups are summed first, and then taken five times
combinations as (
    select
        tier,
        decile,
        phase,
        channel,
        count(*) as customer_count,
        count(order_count) as active_count,
        coalesce(sum(order_count), 0) as order_count,
        cast(coalesce(sum(revenue), 0) as decimal(18, 4)) as revenue,
        cast(coalesce(sum(unit_count), 0) as decimal(18, 4)) as unit_count
    from customers_in_groups
    group by tier, decile, phase, channel
),
combinations_in_groups as (
    select 'all' as dimension, 'all' as group_name, * from combinations
    union all
    select 'tier' as dimension, tier as group_name, * from combinations
    union all
    select 'decile' as dimension, decile as group_name, * from combinations
    union all
    select 'phase' as dimension, phase as group_name, * from combinations
    union all
    select 'channel' as dimension, channel as group_name, * from combinations
),
groups as (
    select
        dimension,
        group_name,
        sum(customer_count) as customer_count,
        sum(active_count) as active_count,
        sum(order_count) as order_count,
        cast(sum(revenue) as double) / nullif(sum(order_count), 0) as order_revenue_mean,
        cast(sum(unit_count) as double) / nullif(sum(order_count), 0) as order_unit_count,
        cast(sum(order_count) as double) * 365 / $window_days / nullif(sum(active_count), 0) as orders_per_year
    from combinations_in_groups
    group by dimension, group_name
)
select
    groups.*,
    retention_rates.retention_rate,
    case
        when retention_rates.retention_rate < 1
            then (1 - power(retention_rates.retention_rate, $lifetime_years)) / (1 - retention_rates.retention_rate)
        when retention_rates.retention_rate = 1 then $lifetime_years
    end as retention_years
from groups
left join retention_rates
    on groups.dimension = retention_rates.dimension
    and groups.group_name = retention_rates.group_name
