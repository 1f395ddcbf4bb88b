-- One row per customer with a tier today or one window ago.
-- Why: the smallest set of customers, best first, that makes a tier's share of the trailing margin is that tier;
-- customers of one margin stand in one tier. A customer holds the best tier of the four reviews of the grace.
-- Key: customer_id
-- customer_id     who
-- tier            the tier they hold; null if none
-- tier_earned     the tier of the trailing window alone, without grace; null without a purchase in it
-- tier_previous   the tier they held one window ago; null if none
with tier_reviews as (
    select * from entities.tier_reviews
),
tier_steps as (
    select * from entities.tier_steps
),
tiers as (
    select * from job.tiers
),
-- the last tier takes all who are left
tier_ends as (
    select
        tier_rank,
        tier,
        case
            when row_number() over (order by tier_rank desc) = 1 then 2
            else sum(margin_share) over (order by tier_rank)
        end as share_end
    from tiers
),
customers_in_units as (
    select
        period,
        review_number,
        customer_id,
        cast(floor(margin) as bigint) as margin_unit,
        case
            when margin > 0 then sum(margin) over (
                partition by period, review_number, cast(floor(margin) as bigint), margin > 0
                order by margin
            )
        end as margin_up_to_here
    from tier_reviews
),
placed_customers as (
    select
        customers_in_units.period,
        customers_in_units.review_number,
        customers_in_units.customer_id,
        -- rounded, so that a bound that is met is met
        coalesce(round(
            cast(tier_steps.margin_to_here - customers_in_units.margin_up_to_here as double)
            / cast(tier_steps.margin_total as double), 12
        ), 1) as better_share
    from customers_in_units
    left join tier_steps
        on customers_in_units.period = tier_steps.period
        and customers_in_units.review_number = tier_steps.review_number
        and customers_in_units.margin_unit = tier_steps.margin_unit
),
best_ranks as (
    select
        placed_customers.customer_id,
        min(tier_ends.tier_rank) filter (where period = 'window') as tier_rank,
        min(tier_ends.tier_rank) filter (where period = 'window' and review_number = 1) as earned_rank,
        min(tier_ends.tier_rank) filter (where period = 'previous') as previous_rank
    from placed_customers
    inner join tier_ends on placed_customers.better_share < round(tier_ends.share_end, 12)
    group by placed_customers.customer_id
)
select
    best_ranks.customer_id,
    held_tiers.tier,
    earned_tiers.tier as tier_earned,
    previous_tiers.tier as tier_previous
from best_ranks
left join tiers as held_tiers on best_ranks.tier_rank = held_tiers.tier_rank
left join tiers as earned_tiers on best_ranks.earned_rank = earned_tiers.tier_rank
left join tiers as previous_tiers on best_ranks.previous_rank = previous_tiers.tier_rank
