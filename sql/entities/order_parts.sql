-- One row per file of the transactions, order and day: the lines of the order in that file, summed.
-- Why: an order has lines in several files, or on several days, seldom; what is summed here once is summed no more for
-- orders, days and baskets. Different things are told by their hashes, since counts of them cannot be added.
-- Pieces: transactions as of clean.file_states
-- Key: source_file, customer_id, order_id, order_date
-- source_file         the file
-- customer_id         who; empty for anonymous lines
-- order_id            order or receipt
-- channel             where; the alphabetically first if the lines differ
-- revenue             what the customer paid for it
-- bought_revenue      of it for products, returns left aside; null if there is none
-- returned_revenue    of it for returns; 0 or negative
-- cost                what it cost
-- discount            money taken off
-- unit_count          units, returned ones taken off
-- line_count          lines
-- product_hashes      its different products
-- category_hashes     its different categories
-- margin_basis        actual, or assumed if a line of it had no cost
-- order_date          day of business
-- ordered_at          instant of its first line
with lines as (
    select * from entities.lines
)
select
    source_file,
    coalesce(customer_id, '') as customer_id,
    order_id,
    min(channel) as channel,
    sum(revenue) as revenue,
    sum(revenue) filter (where is_product and not is_return) as bought_revenue,
    coalesce(sum(revenue) filter (where is_return), 0) as returned_revenue,
    sum(cost) as cost,
    sum(discount) as discount,
    sum(quantity) as unit_count,
    count(*) as line_count,
    distinct_hashes(product_id) as product_hashes,
    distinct_hashes(category) as category_hashes,
    case when bool_or(margin_basis = 'assumed') then 'assumed' else 'actual' end as margin_basis,
    order_date,
    min(ordered_at) as ordered_at
from lines
group by source_file, coalesce(customer_id, ''), order_id, order_date
