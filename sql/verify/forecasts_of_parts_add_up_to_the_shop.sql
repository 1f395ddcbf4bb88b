-- Tiers, segments and categories are the shop, whichever way it is cut.
with sums as (
    select measure, level, period_end_date, sum(expected) as expected
    from predictions.revenue_forecast
    where measure = 'revenue' or level <> 'category'
    group by measure, level, period_end_date
)
select parts.*, shop.expected as shop_expected
from sums as parts
inner join sums as shop
    on parts.measure = shop.measure
    and parts.period_end_date = shop.period_end_date
where
    shop.level = 'shop'
    and abs(parts.expected - shop.expected) > 1e-6 * greatest(abs(shop.expected), 1.0)
