-- One row per sequence of at least two purchases that enough customers made.
-- Key: items
-- items             ids, with + between items bought together and → between purchases
-- item_names        names likewise
-- element_count     purchases
-- item_count        items
-- customer_count    customers who bought them in this order
-- support           share of the customers
with sequential_patterns as (
    select * from scores.sequential_patterns
),
all_customers as (
    select customer_count
    from sequential_patterns
    where pattern_id = 0
)
select
    sequential_patterns.items,
    sequential_patterns.item_names,
    sequential_patterns.element_count,
    sequential_patterns.item_count,
    sequential_patterns.customer_count,
    cast(sequential_patterns.customer_count as double) / all_customers.customer_count as support
from sequential_patterns
cross join all_customers
where sequential_patterns.element_count > 1
