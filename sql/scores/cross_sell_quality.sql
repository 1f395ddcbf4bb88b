-- One row per measure of what cross-selling would have hit in the last $baskets_holdout_days days, with the rules known
-- before, beside what sold best then.
-- Why: a recommendation is a hit if the customer then bought the item for the first time.
-- Model: judge_cross_sell
-- Given: scores.selling_rules_held_back, scores.bestsellers_held_back, features.item_values
-- Key: model, metric, slice
-- model            cross_sell
-- metric           hit_rate_at_n: share of the customers with a hit among n recommendations; recall_at_n: mean share of
--                  what they newly bought that was among them; margin_at_n: mean margin of the hits
-- slice            all: customers who came before and bought something new; recommended: those of them whose recent
--                  baskets fired a rule, the others being offered what sells best
-- value            what cross-selling reached; null without a customer
-- baseline         bestsellers: the items in most baskets that the customer had not bought yet
-- baseline_value   what they reached
-- customer_count   customers
select
    customer_code,
    day,
    item_code
from features.purchase_days
order by customer_code, day, item_code
