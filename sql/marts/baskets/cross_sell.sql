-- One row per customer and item they never bought, best first: what their recent baskets say they would take, and behind
-- it, where rules say too little, what sells best.
-- Why: it is worth the more the surer the rule is and the more a basket with the item brings; of several rules that
-- lead to one item the surest counts.
-- Key: customer_id, offer_rank
-- customer_id        who
-- offer_rank         1 for the highest expected margin of a rule; then bestsellers, those in most baskets first
-- basis              rule, or bestseller where no further rule fires
-- item_level         product, subcategory or category
-- item_id            what to offer
-- item_name          its name
-- category           its category
-- margin_expected    confidence × margin per basket that contains it
-- item_margin        margin per basket that contains it
-- antecedent         the rule: ids of the items bought in the last $baskets_recent_days days that it starts from; null
--                    for a bestseller
-- antecedent_names   their names
-- confidence         share of the baskets with these that have the item; for a bestseller of all baskets
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
),
all_baskets as (
    select basket_count
    from scores.itemsets
    where itemset_id = 0
),
offers as (
    select
        cross_sell.*,
        item_values.margin_mean,
        item_values.basket_count,
        coalesce(cross_sell.confidence, cast(item_values.basket_count as double) / all_baskets.basket_count)
            as probability
    from cross_sell
    inner join item_values on cross_sell.item_code = item_values.item_code
    cross join all_baskets
)
select
    customer_codes.customer_id,
    offers.offer_rank,
    case when offers.rule_id is null then 'bestseller' else 'rule' end as basis,
    items.item_level,
    items.item_id,
    items.item_name,
    items.category,
    cast(offers.probability * cast(offers.margin_mean as double) as decimal(18, 4)) as margin_expected,
    offers.margin_mean as item_margin,
    basket_rules.antecedent,
    basket_rules.antecedent_names,
    offers.probability as confidence,
    coalesce(basket_rules.lift, 1) as lift,
    coalesce(basket_rules.both_count, offers.basket_count) as both_count
from offers
inner join customer_codes on offers.customer_code = customer_codes.customer_code
inner join items on offers.item_code = items.item_code
left join basket_rules on offers.rule_id = basket_rules.rule_id
