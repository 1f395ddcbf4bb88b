-- One row per rule that is confident, no accident and steady: who has the items on the left also has the one on the
-- right.
-- Why: a rule is worth what its right side brings per basket, as often as it comes about beyond chance.
-- Key: antecedent, consequent
-- antecedent                ids of the items on the left, with + between them
-- consequent                id of the item on the right
-- antecedent_names          their names
-- consequent_name           its name
-- both_count                baskets with both sides
-- antecedent_count          baskets with the left side
-- consequent_count          baskets with the right side
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
-- fold_count                periods of equally many baskets
-- fold_held_count           periods in which the rule holds by itself
-- consequent_margin         margin of the right side per basket that contains it
-- margin_per_1000_baskets   what the rule brings beyond chance in 1,000 baskets
with basket_rules as (
    select * from scores.basket_rules
),
item_values as (
    select * from features.item_values
)
select
    basket_rules.antecedent,
    basket_rules.consequent,
    basket_rules.antecedent_names,
    basket_rules.consequent_name,
    basket_rules.both_count,
    basket_rules.antecedent_count,
    basket_rules.consequent_count,
    basket_rules.support,
    basket_rules.confidence,
    basket_rules.confidence_lower,
    basket_rules.confidence_upper,
    basket_rules.lift,
    basket_rules.lift_lower,
    basket_rules.lift_upper,
    basket_rules.leverage,
    basket_rules.conviction,
    basket_rules.zhang,
    basket_rules.kulczynski,
    basket_rules.imbalance,
    basket_rules.cosine,
    basket_rules.jaccard,
    basket_rules.phi,
    basket_rules.chi_squared,
    basket_rules.chi_squared_p,
    basket_rules.fisher_p,
    basket_rules.false_discovery_rate,
    basket_rules.is_redundant,
    basket_rules.fold_count,
    basket_rules.fold_held_count,
    item_values.margin_mean as consequent_margin,
    cast(
        1000 * basket_rules.leverage * cast(item_values.margin_mean as double) as decimal(18, 4)
    ) as margin_per_1000_baskets
from basket_rules
inner join item_values on basket_rules.consequent_code = item_values.item_code
