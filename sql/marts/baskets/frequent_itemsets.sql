-- One row per set of items that enough baskets contain.
-- Key: items
-- items          their ids, with + between them
-- item_names     their names likewise
-- item_count     how many they are
-- basket_count   baskets that contain all of them
-- support        share of the baskets
with itemsets as (
    select * from scores.itemsets
),
all_baskets as (
    select basket_count
    from itemsets
    where itemset_id = 0
)
select
    itemsets.items,
    itemsets.item_names,
    itemsets.item_count,
    itemsets.basket_count,
    cast(itemsets.basket_count as double) / all_baskets.basket_count as support
from itemsets
cross join all_baskets
where itemsets.itemset_id > 0
