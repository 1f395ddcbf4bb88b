-- One row per set of items that enough baskets contained $baskets_holdout_days days ago; as scores.itemsets.
-- Model: mine_baskets
-- Given: features.items
-- Key: itemset_id
-- itemset_id            0 for the empty set
-- item_count            items in it
-- items                 their ids, with + between them
-- item_names            their names likewise
-- item_codes            their codes, ascending
-- basket_count          baskets that contain it
-- fold_counts           the same in each period
-- support_count_used    baskets that it took to be published
-- giant_basket_count    giant baskets
-- piece_count           pieces
select
    basket_code,
    fold,
    item_code
from features.basket_items
where order_date <= cast(cast($run_date as int) - $baskets_holdout_days as date)
order by basket_code, item_code
