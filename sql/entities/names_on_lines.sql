-- One row per file of the transactions and product: what its lines up to $run_date call it.
-- Pieces: transactions as of clean.file_states
-- Key: source_file, product_id
-- source_file         the file
-- product_id          what
-- product_name_sold   the alphabetically last name on lines that brought money; null if there is none
-- product_name        the alphabetically last name on its lines; null if there is none
-- category            the list's category, else the alphabetically last on its lines; null if there is none
with lines as (
    select * from entities.lines
)
select
    source_file,
    product_id,
    max(product_name) filter (where revenue > 0) as product_name_sold,
    max(product_name) as product_name,
    max(category) as category
from lines
where product_id is not null
group by source_file, product_id
