-- One row per sequence of at least two purchases that enough customers made.
-- Key: items
-- items             ids, with + between items bought together and → between purchases
-- item_names        names likewise
-- element_count     purchases
-- item_count        items
-- customer_count    customers who bought them in this order
-- support           share of the customers
with purchase_sequences as (
    select * from scores.purchase_sequences
),
all_customers as (
    select customer_count
    from purchase_sequences
    where pattern_id = 0
)
select
    purchase_sequences.items,
    purchase_sequences.item_names,
    purchase_sequences.element_count,
    purchase_sequences.item_count,
    purchase_sequences.customer_count,
    cast(purchase_sequences.customer_count as double) / all_customers.customer_count as support
from purchase_sequences
cross join all_customers
where purchase_sequences.element_count > 1
