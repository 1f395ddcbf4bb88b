-- What goes together: the rules that bring most beyond chance.
select
    antecedent_names as with_items,
    consequent_name as item,
    both_count as baskets,
    confidence as confidence_rate,
    lift as lift_ratio,
    cast(margin_per_1000_baskets as decimal(18, 4)) as margin_per_1000_baskets
from baskets.association_rules
where not is_redundant
order by margin_per_1000_baskets desc, antecedent, consequent
limit 12
