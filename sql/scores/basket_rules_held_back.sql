-- One row per rule that was known $baskets_holdout_days days ago; as scores.basket_rules.
-- Model: find_rules
-- Given: features.items
-- Key: antecedent, consequent
-- rule_id                   number of the rule
-- antecedent                ids of the items on the left, with + between them
-- consequent                id of the item on the right
-- antecedent_names          their names
-- consequent_name           its name
-- antecedent_codes          their codes, ascending
-- consequent_code           its code
-- both_count                baskets with both sides
-- antecedent_count          baskets with the left side
-- consequent_count          baskets with the right side
-- basket_count              all baskets
-- support                   share of baskets with both sides
-- confidence                share of baskets with the left side that have the right one
-- confidence_lower          lower end of its 95 % interval
-- confidence_upper          upper end of it
-- lift                      how many times as often together as by chance
-- lift_lower                lower end of its 95 % interval
-- lift_upper                upper end of it
-- leverage                  share of baskets beyond chance
-- conviction                how many times as often the rule would fail by chance; null if it never fails
-- zhang                     association from −1, never, to 1, always
-- kulczynski                mean of the confidence in both directions
-- imbalance                 how differently frequent both sides are, from 0
-- cosine                    support / geometric mean of both sides' supports
-- jaccard                   share of the baskets with either side that have both
-- phi                       correlation of both sides
-- chi_squared               test statistic against chance
-- chi_squared_p             its p-value, two-sided
-- fisher_p                  p-value of Fisher's exact test, one-sided
-- false_discovery_rate      share of accidents among all rules at least so significant
-- is_redundant              whether a rule with fewer items on the left is at least as confident
-- fold_count                periods with baskets
-- fold_held_count           periods in which the rule holds by itself
select
    itemset_id,
    item_codes,
    basket_count,
    fold_counts
from scores.itemsets_held_back
order by itemset_id
