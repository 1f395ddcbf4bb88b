-- One row per sequence of sets of items that enough customers bought, the empty one of all customers with it.
-- Model: mine_sequences
-- Given: features.items
-- Key: pattern_id
-- pattern_id            0 for the empty sequence
-- element_count         purchases in it
-- item_count            items in it
-- items                 their ids, with + between those bought together and → between purchases
-- item_names            their names likewise
-- customer_count        customers who bought it
-- support_count_used    customers that it took to be published; more than asked for if memory did not do
-- piece_count           pieces in which the histories were mined; one if memory held them
select
    customer_code,
    day,
    item_code
from features.purchase_days
where is_sequenced
order by customer_code, day, item_code
