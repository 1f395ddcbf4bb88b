-- What customers are expected to bring in the next 365 days, by tier.
select
    coalesce(tier, 'none') as tier,
    count(*) as customers,
    cast(sum(cast(orders_365_expected as decimal(18, 6))) as double) as orders_expected_ratio,
    sum(margin_365_expected) as margin_365_expected,
    cast(sum(margin_365_expected) as double)
    / cast(sum(sum(margin_365_expected)) over () as double) as margin_share,
    sum(lifetime_value) as lifetime_value,
    sum(sum(margin_365_expected)) over () as margin_365_expected_all
from value.customer_value
where margin_365_expected is not null
group by 1
order by margin_365_expected desc, tier
