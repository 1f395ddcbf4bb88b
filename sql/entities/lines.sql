-- One row per usable line up to $run_date, with who bought it, what it is and what it cost.
-- Pieces: transactions as of clean.file_states
-- Key: none
-- source_file     where the row came from
-- customer_id     who, after identities; null for anonymous lines
-- order_id        order or receipt
-- product_id      what; null where the line names no product
-- product_name    name on the line, if it has one
-- category        upper level of the product tree
-- channel         where it was bought
-- quantity        how many; negative when returned
-- revenue         what the customer pays, after discount, before tax
-- discount        money taken off
-- cost            what it cost: the line's own, else the product's, else assumed by $margin_rate
-- margin          revenue − cost
-- margin_basis    actual or assumed
-- is_return       whether quantity or revenue is negative
-- is_product      whether it is a product, and not postage or a fee ($non_product_pattern)
-- order_date      day of business
-- ordered_at      instant
with transactions as (
    select * from clean.transactions
),
identities as (
    select * from clean.identities
),
products as (
    select * from clean.products
),
identified_lines as (
    select
        transactions.source_file,
        coalesce(identities.customer_id, transactions.customer_id) as customer_id,
        transactions.order_id,
        transactions.product_id,
        transactions.product_name,
        coalesce(products.category, transactions.category) as category,
        transactions.channel,
        transactions.quantity,
        transactions.revenue,
        transactions.discount,
        coalesce(
            transactions.cost,
            cast(products.unit_cost * transactions.quantity as decimal(18, 4))
        ) as actual_cost,
        transactions.order_date,
        transactions.ordered_at
    from transactions
    left join identities on transactions.customer_id = identities.alias_id
    left join products on transactions.product_id = products.product_id
    where
        transactions.rejection is null
        and not transactions.is_later
),
costed_lines as (
    select
        *,
        coalesce(
            actual_cost, cast(revenue * (1 - $margin_rate) as decimal(18, 4))
        ) as cost
    from identified_lines
)
select
    source_file,
    customer_id,
    order_id,
    product_id,
    product_name,
    category,
    channel,
    quantity,
    revenue,
    discount,
    cost,
    revenue - cost as margin,
    case when actual_cost is null then 'assumed' else 'actual' end as margin_basis,
    quantity < 0 or revenue < 0 as is_return,
    product_id is not null
    and ($non_product_pattern = '' or not regexp_like(product_id, $non_product_pattern)) as is_product,
    order_date,
    ordered_at
from costed_lines
