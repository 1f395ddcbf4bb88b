-- A purchase in the trailing window earns a tier, nothing else does, and the tier held is never below it.
with tiers as (
    select * from job.tiers
)
select
    customer_value.customer_id,
    customer_value.order_count_window,
    customer_value.tier_earned,
    customer_value.tier
from value.customer_value
left join tiers as held_tiers on customer_value.tier = held_tiers.tier
left join tiers as earned_tiers on customer_value.tier_earned = earned_tiers.tier
where
    (customer_value.order_count_window > 0) <> (customer_value.tier_earned is not null)
    or coalesce(held_tiers.tier_rank > earned_tiers.tier_rank, false)
    or (customer_value.tier is null and customer_value.tier_earned is not null)
