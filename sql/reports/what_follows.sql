-- What customers buy within 90 days of something else, against what any customer buys: the rules that say most, each of
-- other items than those above it.
with rules as (
    select
        row_number() over (order by lift desc, antecedent, consequent) as rule_rank,
        *
    from sequences.sequence_rules
    where window_days = 90 and antecedent <> consequent and probability_lower is not null
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
    concat(rules.antecedent_names, ' → ', rules.consequent_name) as sequence,
    rules.risk_count as customers,
    rules.probability as buying_probability,
    rules.probability_lower as lower_rate,
    rules.probability_upper as upper_rate,
    rules.base_rate,
    rules.days_median as median_days
from rules
inner join shown on rules.rule_rank = shown.rule_rank
order by rules.rule_rank
limit 10
