-- One row per item that is in a basket: what a basket with it brings.
-- Key: item_code
-- item_code       item
-- basket_count    baskets with it
-- margin          what it brought in them
-- margin_mean     margin per basket that contains it
with basket_items as (
    select * from features.basket_items
)
select
    item_code,
    count(*) as basket_count,
    sum(margin) as margin,
    cast(sum(margin) / count(*) as decimal(18, 4)) as margin_mean
from basket_items
group by item_code
