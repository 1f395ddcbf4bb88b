-- One row per rule and window that is probable and no accident: who bought the left side buys the right side later; one
-- more of all customers.
-- Model: find_sequence_rules
-- Given: features.items
-- Key: rule_id
-- rule_id                 number of the rule; 0 for no rule, with all customers
-- antecedent              ids of the items on the left, with + between them
-- consequent              id of the item on the right
-- antecedent_names        their names
-- consequent_name         its name
-- antecedent_codes        their codes, ascending
-- consequent_code         its code
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
-- step_days               days after the left side, up to the window, on which somebody bought the right one; none beyond
--                         $sequences_next_window_days days
-- step_survivals          probability not to have bought it by the end of each of them
-- support_count_used      customers that it took to follow a rule; more than asked for if memory did not do
-- piece_count             pieces in which the histories were mined; one if memory held them
select
    customer_code,
    day,
    item_code
from features.purchase_days
where is_sequenced
order by customer_code, day, item_code
