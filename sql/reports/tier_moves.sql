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
order by
    from_tier in ('new', 'inactive'),
    sum(margin_previous) over (partition by from_tier) desc,
    from_tier,
    to_tier in ('lost', 'inactive'),
    sum(margin_window) over (partition by to_tier) desc,
    to_tier
