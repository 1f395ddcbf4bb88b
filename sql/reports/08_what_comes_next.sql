-- What comes next: the surest of what customers buy within 90 days.
select
    antecedent_names as who_bought,
    consequent_name as buys,
    round(100 * probability, 1) as percent_within_90_days,
    round(100 * base_rate, 1) as percent_of_all,
    days_median as days,
    risk_count as customers
from sequences.sequence_rules
where
    window_days = 90
    and antecedent <> consequent
order by lift desc, antecedent, consequent
limit 10
