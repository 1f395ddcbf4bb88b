-- One row per run: what was mined, and whether memory did for the support that was asked for.
-- Key: mined
-- mined                 itemsets
-- basket_count          baskets mined
-- giant_basket_count    baskets with more than $baskets_giant_items items, which were dealt with as $baskets_giants
-- itemset_count         sets found
-- rule_count            rules found that are confident, no accident and steady
-- support_count_asked   baskets that must contain a set
-- support_count_used    the same after it was raised to fit into memory
-- support_count_raised  support_count_used if it was raised, else null; the summary of the run tells it
-- is_support_raised     whether it was
-- piece_count           pieces in which the baskets were mined; one if memory held them
with itemsets as (
    select * from scores.itemsets
),
basket_rules as (
    select * from scores.basket_rules
),
mined as (
    select
        max(basket_count) filter (where itemset_id = 0) as basket_count,
        max(giant_basket_count) as giant_basket_count,
        count(*) - 1 as itemset_count,
        max(support_count_used) as support_count_used,
        max(piece_count) as piece_count
    from itemsets
),
found as (
    select count(*) as rule_count
    from basket_rules
),
asked as (
    select
        *,
        greatest(cast($baskets_min_count as bigint), cast(ceil($baskets_min_support * basket_count) as bigint))
            as support_count_asked
    from mined
)
select
    'itemsets' as mined,
    asked.basket_count,
    asked.giant_basket_count,
    asked.itemset_count,
    found.rule_count,
    asked.support_count_asked,
    asked.support_count_used,
    case when asked.support_count_used > asked.support_count_asked then asked.support_count_used end
        as support_count_raised,
    asked.support_count_used > asked.support_count_asked as is_support_raised,
    asked.piece_count
from asked
cross join found
