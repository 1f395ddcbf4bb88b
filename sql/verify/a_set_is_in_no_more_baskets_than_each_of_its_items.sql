-- A set of items is in no more baskets than each of its items, and those in no more than there are.
with itemsets as (
    select
        itemset_id,
        item_count,
        unnest(item_codes) as item_code,
        basket_count
    from scores.itemsets
    where item_count > 0
),
single_items as (
    select
        item_code,
        basket_count
    from itemsets
    where item_count = 1
)
select
    itemsets.itemset_id,
    itemsets.basket_count,
    single_items.basket_count as item_basket_count
from itemsets
inner join single_items on itemsets.item_code = single_items.item_code
where
    itemsets.basket_count > single_items.basket_count
    or single_items.basket_count > (select max(basket_count) from scores.itemsets where itemset_id = 0)
