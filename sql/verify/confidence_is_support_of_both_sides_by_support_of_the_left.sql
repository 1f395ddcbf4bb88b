-- A rule's confidence is its baskets with both sides by those with the left one; its lift, that by chance; and its
-- interval lies around it.
select
    antecedent,
    consequent,
    confidence,
    lift
from baskets.association_rules
where
    abs(confidence - cast(both_count as double) / antecedent_count) > 1e-12
    or abs(support * consequent_count * lift - confidence * both_count) > 1e-9 * both_count
    or confidence not between confidence_lower and confidence_upper
    or both_count > antecedent_count
    or both_count > consequent_count
    or fold_held_count > fold_count
