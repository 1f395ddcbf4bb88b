-- Where the tiers of one window ago stand today.
select
    from_tier,
    to_tier,
    customer_count as customers,
    customer_share,
    margin_previous,
    margin_window,
    margin_change
from value.tier_migrations
order by margin_previous desc, from_tier, margin_window desc, to_tier
