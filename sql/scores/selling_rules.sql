-- One row per rule that no simpler one makes redundant: what recommending needs of scores.basket_rules.
-- Key: rule_id
-- rule_id            the rule
-- antecedent_codes   codes of the items on the left, ascending
-- consequent_code    code of the item on the right
-- both_count         baskets with both sides
-- antecedent_count   baskets with the left side
-- consequent_count   baskets with the right side
-- basket_count       all baskets
select
    rule_id,
    antecedent_codes,
    consequent_code,
    both_count,
    antecedent_count,
    consequent_count,
    basket_count
from scores.basket_rules
where not is_redundant
