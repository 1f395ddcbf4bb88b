-- One row per rule and window: of the customers who bought the left side, how many buy the right side within the days.
-- Why: customers whose days are not over yet are no failures; they count as long as they were seen.
-- Key: antecedent, consequent, window_days
-- antecedent              ids of the items bought first, with + between them
-- consequent              id of the item bought later
-- antecedent_names        their names
-- consequent_name         its name
-- window_days             days after the left side within which the right one counts
-- risk_count              customers who bought the left side and were seen on a later day
-- converted_count         customers who were seen to buy the right side within the window
-- probability             to buy it within the window, after Kaplan and Meier
-- standard_error          of it, after Greenwood
-- probability_lower       lower end of its 95 % interval
-- probability_upper       upper end of it
-- days_median             days in which half of those who convert within the window have done so
-- base_rate               probability to buy the right side within as many days of any purchase
-- lift                    probability / base rate
-- p_value                 chance of so many conversions or more at the base rate
-- false_discovery_rate    share of accidents among all rules at least so significant
-- consequent_margin       margin of the right side per basket that contains it; null if none does of late
-- margin_per_customer     what a customer who bought the left side brings beyond the base rate; null likewise
with sequence_rules as (
    select * from scores.sequence_rules
),
item_values as (
    select * from features.item_values
)
select
    sequence_rules.antecedent,
    sequence_rules.consequent,
    sequence_rules.antecedent_names,
    sequence_rules.consequent_name,
    sequence_rules.window_days,
    sequence_rules.risk_count,
    sequence_rules.converted_count,
    sequence_rules.probability,
    sequence_rules.standard_error,
    sequence_rules.probability_lower,
    sequence_rules.probability_upper,
    sequence_rules.days_median,
    sequence_rules.base_rate,
    sequence_rules.lift,
    sequence_rules.p_value,
    sequence_rules.false_discovery_rate,
    item_values.margin_mean as consequent_margin,
    cast(
        (sequence_rules.probability - sequence_rules.base_rate) * cast(item_values.margin_mean as double)
        as decimal(18, 4)
    ) as margin_per_customer
from sequence_rules
left join item_values on sequence_rules.consequent_code = item_values.item_code
where sequence_rules.rule_id > 0
