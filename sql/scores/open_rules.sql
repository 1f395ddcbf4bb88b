-- One row per rule that tells the next purchase: what scoring needs of scores.sequence_rules.
-- Key: rule_id
-- rule_id            the rule
-- antecedent_codes   codes of the items on the left, ascending
-- consequent_code    code of the item on the right
-- window_days        its window, $sequences_next_window_days days at most
-- step_days          days after the left side on which somebody bought the right one
-- step_survivals     probability not to have bought it by the end of each of them
select
    rule_id,
    antecedent_codes,
    consequent_code,
    window_days,
    step_days,
    step_survivals
from scores.sequence_rules
where
    rule_id > 0
    and window_days <= $sequences_next_window_days
