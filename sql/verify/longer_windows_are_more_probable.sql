-- The more days a rule has, the more probable it is, and each probability lies in its interval.
with ordered_rules as (
    select
        antecedent,
        consequent,
        window_days,
        probability,
        probability_lower,
        probability_upper,
        lag(probability) over (partition by antecedent, consequent order by window_days) as probability_before
    from sequences.sequence_rules
)
select
    antecedent,
    consequent,
    window_days,
    probability
from ordered_rules
where
    probability < probability_before
    or probability not between probability_lower and probability_upper
