-- What goes together: the rules that bring most beyond chance, each of other items than those above it: the pieces of one
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
best_of_items as (
    select
        rule_rank,
        min(rule_rank) over (partition by item) as best_rank
    from sides
),
shown as (
    select rule_rank
    from best_of_items
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
