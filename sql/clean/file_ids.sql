-- One row per file of the transactions and day, customer or product that a row of it names.
-- Why: what else the rows of a file depend on, such as a product's category, is found by them; the run date is not in it.
-- Pieces: transactions
-- Key: none
-- source_file    the file
-- order_date     day of business; null where a customer or a product is named
-- customer_id    who, before identities; null where a day or a product is named
-- product_id     what; null where a day or a customer is named
with transactions as (
    select * from raw.transactions
),
days as (
    select
        source_file,
        business_day(instant(ordered_at)) as order_date
    from transactions
    group by source_file, business_day(instant(ordered_at))
),
customers as (
    select
        source_file,
        clean_text(customer_id) as customer_id
    from transactions
    group by source_file, clean_text(customer_id)
),
products as (
    select
        source_file,
        clean_text(product_id) as product_id
    from transactions
    group by source_file, clean_text(product_id)
)
select
    source_file,
    order_date,
    cast(null as varchar) as customer_id,
    cast(null as varchar) as product_id
from days
where order_date is not null
union all
select
    source_file,
    cast(null as date) as order_date,
    customer_id,
    cast(null as varchar) as product_id
from customers
where customer_id is not null
union all
select
    source_file,
    cast(null as date) as order_date,
    cast(null as varchar) as customer_id,
    product_id
from products
where product_id is not null
