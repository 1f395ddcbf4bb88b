-- One row per customer inside an open window of a rule, and item that they have not bought since: what they buy next.
-- Why: who has waited for a while without buying has less of the window before them, and another chance than at its
-- beginning. Windows of more than $sequences_next_window_days days say little about what is next.
-- Key: customer_id, offer_rank
-- customer_id         who
-- offer_rank          1 for the highest expected margin
-- item_id             what
-- item_name           its name
-- category            its category
-- antecedent          ids of the items that they bought and that the rule starts from
-- antecedent_names    their names
-- window_days         window of the rule
-- days_left           days until it closes
-- probability         to buy the item in these days, as they have not bought it yet
-- margin_expected     probability × margin per basket that contains it
-- closing_date        last day of the window
with next_purchases as (
    select * from scores.next_purchases
),
customer_codes as (
    select * from features.customer_codes
),
items as (
    select * from features.items
),
item_values as (
    select * from features.item_values
),
sequence_rules as (
    select * from scores.sequence_rules
)
select
    customer_codes.customer_id,
    next_purchases.offer_rank,
    items.item_id,
    items.item_name,
    items.category,
    sequence_rules.antecedent,
    sequence_rules.antecedent_names,
    next_purchases.window_days,
    next_purchases.days_left,
    next_purchases.probability,
    cast(next_purchases.probability * cast(item_values.margin_mean as double) as decimal(18, 4)) as margin_expected,
    cast(cast($run_date as int) + next_purchases.days_left as date) as closing_date
from next_purchases
inner join customer_codes on next_purchases.customer_code = customer_codes.customer_code
inner join items on next_purchases.item_code = items.item_code
inner join item_values on next_purchases.item_code = item_values.item_code
inner join sequence_rules on next_purchases.rule_id = sequence_rules.rule_id
