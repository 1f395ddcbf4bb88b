-- One row per customer and action that speaks of something to buy: what to speak of, and the margin at stake.
-- Key: customer_id, action
-- customer_id   who
-- action        recover_category: the missed category that made most; cross_sell: the item that is worth most to offer
-- margin_base   recover_category: what the category made a year; cross_sell: margin of the item in a basket
-- stake_share   share of it that depends on the action: all of the category; of the item, the share of such baskets that
--               have it
-- category      category to speak of
-- item_id       what to offer; null for a whole category
-- item_name     its name
with category_defections as (
    select * from loyalty.category_defections
),
cross_sell as (
    select * from baskets.cross_sell
    where offer_rank = 1
)
select
    customer_id,
    'recover_category' as action,
    max(margin_yearly) as margin_base,
    cast(1 as double) as stake_share,
    first_value(category order by margin_yearly desc, category) as category,
    cast(null as varchar) as item_id,
    cast(null as varchar) as item_name
from category_defections
group by customer_id
union all
select
    customer_id,
    'cross_sell' as action,
    item_margin as margin_base,
    confidence as stake_share,
    category,
    item_id,
    item_name
from cross_sell
