-- One row per file of the transactions: all that the lines in it depend on beside the file itself.
-- Why: a file is read again only if this is different, whatever changed of other customers and products.
-- Key: source_file
-- source_file   the file
-- state         the last of its days up to $run_date, the last of its days that is no typing error, and what the sources
--               of products and identities say of its products and customers, as numbers
with file_ids as (
    select * from clean.file_ids
),
products as (
    select * from clean.products
),
identities as (
    select * from clean.identities
),
days as (
    select
        source_file,
        max(order_date) filter (where order_date <= $run_date) as last_date,
        max(order_date) filter (where order_date <= $run_date + cast($future_days as int)) as last_date_read
    from file_ids
    group by source_file
),
file_products as (
    select
        file_ids.source_file,
        count(*) as product_count,
        bit_xor(hash_number(
            products.product_id, products.product_name, products.category, products.subcategory,
            products.brand, products.unit_cost
        )) as product_hash
    from file_ids
    inner join products on file_ids.product_id = products.product_id
    group by file_ids.source_file
),
file_identities as (
    select
        file_ids.source_file,
        count(*) as identity_count,
        bit_xor(hash_number(identities.alias_id, identities.customer_id)) as identity_hash
    from file_ids
    inner join identities on file_ids.customer_id = identities.alias_id
    group by file_ids.source_file
)
select
    days.source_file,
    concat_ws(
        ' ',
        coalesce(cast(days.last_date as varchar), 'none'),
        coalesce(cast(days.last_date_read as varchar), 'none'),
        cast(coalesce(file_products.product_count, 0) as varchar),
        cast(coalesce(file_products.product_hash, 0) as varchar),
        cast(coalesce(file_identities.identity_count, 0) as varchar),
        cast(coalesce(file_identities.identity_hash, 0) as varchar)
    ) as state
from days
left join file_products on days.source_file = file_products.source_file
left join file_identities on days.source_file = file_identities.source_file
