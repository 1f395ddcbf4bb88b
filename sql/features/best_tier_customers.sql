-- One row per period of a window and customer who earns the best tier in the window that ends with it.
-- Key: period, customer_id
-- period        now, window_ago or two_windows_ago
-- customer_id   who
with tier_places as (
    select * from entities.tier_places
    where review_number = 1
),
tiers as (
    select * from job.tiers
    where tier_rank = 1
)
select
    case tier_places.period
        when 'window' then 'now'
        when 'previous' then 'window_ago'
        else 'two_windows_ago'
    end as period,
    tier_places.customer_id
from tier_places
inner join tiers on tier_places.better_share < round(tiers.margin_share, 12)
