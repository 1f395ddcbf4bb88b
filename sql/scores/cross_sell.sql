-- One row per customer and item never bought that a rule adds to their recent baskets, best first; behind these, where
-- rules say too little, what sells best.
-- Model: cross_sell
-- Given: scores.selling_rules, features.item_values
-- Key: customer_code, offer_rank
-- customer_code   who
-- offer_rank      1 for the highest expected margin of a rule
-- item_code       what
-- rule_id         the rule; null for a bestseller
-- confidence      of the rule; null for a bestseller
select
    customer_code,
    day,
    item_code
from features.purchase_days
order by customer_code, day, item_code
