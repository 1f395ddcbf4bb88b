-- One row per customer with a tier today or one window ago.
-- Why: the smallest set of customers, best first, that makes a tier's share of the trailing margin is that tier;
-- customers of one margin stand in one tier. A customer holds the best tier of the four reviews of the grace.
-- Key: customer_id
-- customer_id     who
-- tier            the tier they hold; null if none
-- tier_earned     the tier of the trailing window alone, without grace; null without a purchase in it
-- tier_previous   the tier they held one window ago; null if none
with tier_places as (
    select * from entities.tier_places
    where period <> 'earlier'
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
best_ranks as (
    select
        tier_places.customer_id,
        min(tier_ends.tier_rank) filter (where period = 'window') as tier_rank,
        min(tier_ends.tier_rank) filter (where period = 'window' and review_number = 1) as earned_rank,
        min(tier_ends.tier_rank) filter (where period = 'previous') as previous_rank
    from tier_places
    inner join tier_ends on tier_places.better_share < round(tier_ends.share_end, 12)
    group by tier_places.customer_id
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
