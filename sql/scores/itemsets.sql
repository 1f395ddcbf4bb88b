-- One row per set of items that enough baskets contain, the empty set of all baskets with it.
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
-- support_count_used    baskets that it took to be published; more than asked for if memory did not do
-- giant_basket_count    baskets with more than $baskets_giant_items items, which were dealt with as $baskets_giants
-- piece_count           pieces in which the baskets were mined; one if memory held them
select
    basket_code,
    fold,
    item_code
from features.basket_items
order by basket_code, item_code
