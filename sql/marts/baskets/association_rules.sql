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
with association_rules as (
    select * from scores.association_rules
),
item_values as (
    select * from features.item_values
)
select
    association_rules.antecedent,
    association_rules.consequent,
    association_rules.antecedent_names,
    association_rules.consequent_name,
    association_rules.both_count,
    association_rules.antecedent_count,
    association_rules.consequent_count,
    association_rules.support,
    association_rules.confidence,
    association_rules.confidence_lower,
    association_rules.confidence_upper,
    association_rules.lift,
    association_rules.lift_lower,
    association_rules.lift_upper,
    association_rules.leverage,
    association_rules.conviction,
    association_rules.zhang,
    association_rules.kulczynski,
    association_rules.imbalance,
    association_rules.cosine,
    association_rules.jaccard,
    association_rules.phi,
    association_rules.chi_squared,
    association_rules.chi_squared_p,
    association_rules.fisher_p,
    association_rules.false_discovery_rate,
    association_rules.is_redundant,
    association_rules.fold_count,
    association_rules.fold_held_count,
    item_values.margin_mean as consequent_margin,
    cast(
        1000 * association_rules.leverage * cast(item_values.margin_mean as double) as decimal(18, 4)
    ) as margin_per_1000_baskets
from association_rules
inner join item_values on association_rules.consequent_code = item_values.item_code
