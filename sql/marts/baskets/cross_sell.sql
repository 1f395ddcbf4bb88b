-- One row per customer and item they never bought, best first: what their recent baskets say they would take.
-- Why: it is worth the more the surer the rule is and the more a basket with the item brings; of several rules that
-- lead to one item the surest counts.
-- Key: customer_id, offer_rank
-- customer_id        who
-- offer_rank         1 for the highest expected margin
-- item_level         product, subcategory or category
-- item_id            what to offer
-- item_name          its name
-- category           its category
-- margin_expected    confidence × margin per basket that contains it
-- item_margin        margin per basket that contains it
-- antecedent         the rule: ids of the items bought in the last $baskets_recent_days days that it starts from
-- antecedent_names   their names
-- confidence         share of the baskets with these that have the item
-- lift               how many times as often as by chance
-- both_count         baskets that show it
with cross_sell as (
    select * from scores.cross_sell
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
basket_rules as (
    select * from scores.basket_rules
)
select
    customer_codes.customer_id,
    cross_sell.offer_rank,
    items.item_level,
    items.item_id,
    items.item_name,
    items.category,
    cast(cross_sell.confidence * cast(item_values.margin_mean as double) as decimal(18, 4)) as margin_expected,
    item_values.margin_mean as item_margin,
    cross_sell.antecedent,
    basket_rules.antecedent_names,
    cross_sell.confidence,
    basket_rules.lift,
    basket_rules.both_count
from cross_sell
inner join customer_codes on cross_sell.customer_code = customer_codes.customer_code
inner join items on cross_sell.item_code = items.item_code
inner join item_values on cross_sell.item_code = item_values.item_code
inner join basket_rules
    on cross_sell.antecedent = basket_rules.antecedent
    and cross_sell.item_code = basket_rules.consequent_code
