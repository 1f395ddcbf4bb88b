-- What goes together: the rules that bring the most beyond chance in 1,000 baskets.
select
    antecedent_names as who_has,
    consequent_name as also_has,
    round(100 * confidence, 1) as percent,
    round(lift, 1) as times_by_chance,
    both_count as baskets,
    round(margin_per_1000_baskets, 2) as margin_per_1000_baskets
from baskets.association_rules
where not is_redundant
order by margin_per_1000_baskets desc, antecedent, consequent
limit 10
