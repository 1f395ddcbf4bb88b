-- One row per tier one window ago and tier today, both by the same rule: who rose, who fell, who came, who left.
-- Key: from_tier, to_tier
-- from_tier         the tier held one window ago; new: the first order came since; inactive: on file, but in no tier
-- to_tier           the tier held today; lost: fallen from every tier since; inactive: in no tier then, nor today
-- customer_count    customers
-- customer_share    share of the customers of from_tier
-- margin_previous   their money in the window before
-- margin_window     their money in the trailing window
-- margin_change     margin_window − margin_previous
with customers as (
    select * from entities.customers
),
customer_tiers as (
    select * from entities.customer_tiers
),
moves as (
    select
        case
            when customer_tiers.tier_previous is not null then customer_tiers.tier_previous
            when customers.tenure_days < $window_days then 'new'
            else 'inactive'
        end as from_tier,
        case
            when customer_tiers.tier is not null then customer_tiers.tier
            when customer_tiers.tier_previous is not null then 'lost'
            else 'inactive'
        end as to_tier,
        customers.margin_previous,
        customers.margin_window
    from customers
    left join customer_tiers on customers.customer_id = customer_tiers.customer_id
),
migrations as (
    select
        from_tier,
        to_tier,
        count(*) as customer_count,
        sum(margin_previous) as margin_previous,
        sum(margin_window) as margin_window
    from moves
    group by from_tier, to_tier
)
select
    from_tier,
    to_tier,
    customer_count,
    cast(customer_count as double) / sum(customer_count) over (partition by from_tier) as customer_share,
    margin_previous,
    margin_window,
    margin_window - margin_previous as margin_change
from migrations
