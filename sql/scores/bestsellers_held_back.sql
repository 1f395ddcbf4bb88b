-- One row per item that enough baskets contained $baskets_holdout_days days ago.
-- Key: item_code
-- item_code      item
-- basket_count   baskets with it
select
    item_codes[1] as item_code,
    basket_count
from scores.itemsets_held_back
where item_count = 1
