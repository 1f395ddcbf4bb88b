-- What goes together: the rules that bring most beyond chance, of which no two share more than an item: the pieces of one
-- set of products say much the same of each other.
with rules as (
    select
        row_number() over (order by margin_per_1000_baskets desc, antecedent, consequent) as rule_rank,
        *
    from baskets.association_rules
    where not is_redundant
),
sides as (
    select rule_rank, consequent as item
    from rules
    union all
    select rule_rank, unnest(string_to_array(antecedent, ' + ')) as item
    from rules
),
pairs as (
    select
        sides.rule_rank,
        sides.item,
        others.item as other_item
    from sides
    inner join sides as others on sides.rule_rank = others.rule_rank and sides.item < others.item
),
best_of_pairs as (
    select
        rule_rank,
        min(rule_rank) over (partition by item, other_item) as best_rank
    from pairs
),
shown as (
    select rule_rank
    from best_of_pairs
    group by rule_rank
    having max(rule_rank - best_rank) = 0
)
select
    rules.antecedent_names as with_items,
    rules.consequent_name as item,
    rules.both_count as baskets,
    rules.confidence as confidence_rate,
    rules.lift as lift_ratio,
    cast(rules.margin_per_1000_baskets as decimal(18, 4)) as margin_per_1000_baskets
from rules
inner join shown on rules.rule_rank = shown.rule_rank
order by rules.rule_rank
limit 12
