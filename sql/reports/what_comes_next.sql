-- What is bought one after the other, by most customers.
select
    item_names as sequence,
    customer_count as customers,
    support as customer_share
from sequences.sequential_patterns
order by customer_count desc, items
limit 10
