-- One row per group as it stood one window ago: of the customers who bought in the window before the trailing one, how
-- many bought again.
-- Why: a group of today is made of those who came back, so its own past says nothing of how many will.
-- Key: dimension, group_name
-- dimension        all, tier, decile (of the revenue up to then; 01 is best) or channel (of the first order)
-- group_name       which; all; none without a tier, unknown without a channel
-- buyer_count      customers who bought in the window before the trailing one
-- retained_count   those of them who bought in the trailing window too
-- retention_rate   retained_count / buyer_count
with customers as (
    select * from entities.customers
),
customer_tiers as (
    select * from entities.customer_tiers
),
known_customers as (
    select
        customers.customer_id,
        coalesce(customer_tiers.tier_previous, 'none') as tier,
        lpad(cast(ntile(10) over (
            order by customers.revenue - customers.revenue_window desc, customers.customer_id
        ) as varchar), 2, '0') as decile,
        coalesce(customers.first_channel, 'unknown') as channel,
        customers.order_count_previous > 0 as is_buyer,
        customers.order_count_window > 0 as is_retained
    from customers
    left join customer_tiers on customers.customer_id = customer_tiers.customer_id
    where $run_date - customers.first_order_date >= $window_days
),
combinations as (
    select
        tier,
        decile,
        channel,
        count(*) as buyer_count,
        count(*) filter (where is_retained) as retained_count
    from known_customers
    where is_buyer
    group by tier, decile, channel
),
combinations_in_groups as (
    select 'all' as dimension, 'all' as group_name, * from combinations
    union all
    select 'tier' as dimension, tier as group_name, * from combinations
    union all
    select 'decile' as dimension, decile as group_name, * from combinations
    union all
    select 'channel' as dimension, channel as group_name, * from combinations
)
select
    dimension,
    group_name,
    sum(buyer_count) as buyer_count,
    sum(retained_count) as retained_count,
    cast(sum(retained_count) as double) / sum(buyer_count) as retention_rate
from combinations_in_groups
group by dimension, group_name
