-- One row per row of the source that cannot be used, whole, with the reason.
-- Pieces: transactions as of clean.file_states
-- Key: none
-- rejection        why the row does not count
-- source_file      where it came from
-- order_id         order or receipt, if the row says
-- customer_id      who, if the row says
-- product_id       what, if the row says
-- quantity         how many, if that can be read
-- revenue          money of the row, if that can be read
-- ordered_at       instant, if that can be read
-- source_record    the whole row as JSON
with transactions as (
    select * from clean.transactions
)
select
    rejection,
    source_file,
    order_id,
    customer_id,
    product_id,
    quantity,
    revenue,
    ordered_at,
    source_record
from transactions
where rejection is not null
