-- One row per set of items that enough baskets contain.
-- Key: items
-- items              their ids, with + between them
-- item_names         their names likewise
-- item_count         how many they are
-- basket_count       baskets that contain all of them
-- support            share of the baskets
-- lift               how many times as often together as by chance; 1 for a single item
with itemsets as (
    select * from scores.itemsets
),
all_baskets as (
    select basket_count
    from itemsets
    where itemset_id = 0
),
single_items as (
    select
        item_codes[1] as item_code,
        basket_count
    from itemsets
    where item_count = 1
),
set_items as (
    select
        itemset_id,
        unnest(item_codes) as item_code
    from itemsets
    where item_count > 0
),
chances as (
    select
        set_items.itemset_id,
        exp(sum(cast(ln(cast(single_items.basket_count as double) / all_baskets.basket_count) as decimal(18, 9)))) as chance
    from set_items
    inner join single_items on set_items.item_code = single_items.item_code
    cross join all_baskets
    group by set_items.itemset_id
)
select
    itemsets.items,
    itemsets.item_names,
    itemsets.item_count,
    itemsets.basket_count,
    cast(itemsets.basket_count as double) / all_baskets.basket_count as support,
    itemsets.basket_count / (all_baskets.basket_count * chances.chance) as lift
from itemsets
inner join chances on itemsets.itemset_id = chances.itemset_id
cross join all_baskets
