-- One row per customer and item that a rule with an open window says they will buy, best first.
-- Model: next_purchases
-- Given: scores.open_rules, features.item_values
-- Key: customer_code, offer_rank
-- customer_code   who
-- offer_rank      1 for the highest expected margin
-- item_code       what
-- rule_id         the rule
-- window_days     its window
-- days_left       days until it closes
-- probability     to buy the item in these days
select
    customer_code,
    day,
    item_code
from features.purchase_days
where is_sequenced
order by customer_code, day, item_code
