-- When the next purchase comes: the rule that is worth most, by days, against what any customer buys.
with best as (
    select
        antecedent,
        consequent
    from sequences.sequence_rules
    where antecedent <> consequent and margin_per_customer is not null and risk_count >= $min_group_size
    order by margin_per_customer desc, antecedent, consequent
    limit 1
),
days as (
    select
        rules.window_days,
        rules.probability as buying_probability,
        rules.base_rate,
        rules.probability_lower as lower_rate,
        rules.probability_upper as upper_rate,
        rules.risk_count as customers,
        rules.antecedent_names as with_items_all,
        rules.consequent_name as item_all
    from sequences.sequence_rules as rules
    inner join best on rules.antecedent = best.antecedent and rules.consequent = best.consequent
)
select * from days
union all
select
    0, cast(0 as double), cast(0 as double), cast(0 as double), cast(0 as double),
    max(customers), max(with_items_all), max(item_all)
from days
having count(*) > 0
order by window_days
