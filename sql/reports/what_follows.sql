-- What customers buy within 90 days of something else, against what any customer buys: the surest rules.
select
    concat(antecedent_names, ' → ', consequent_name) as sequence,
    risk_count as customers,
    probability as buying_probability,
    probability_lower as lower_rate,
    probability_upper as upper_rate,
    base_rate,
    days_median as median_days
from sequences.sequence_rules
where window_days = 90 and antecedent <> consequent and probability_lower is not null
order by lift desc, antecedent, consequent
limit 10
