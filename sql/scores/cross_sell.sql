-- One row per customer and item never bought that a rule adds to their recent baskets, best first.
-- Model: cross_sell
-- Given: scores.basket_rules, features.item_values
-- Key: customer_code, offer_rank
-- customer_code   who
-- offer_rank      1 for the highest expected margin
-- item_code       what
-- antecedent      ids of the items on the left of the rule
-- confidence      of the rule
select
    customer_code,
    day,
    item_code
from features.purchase_days
order by customer_code, day, item_code
