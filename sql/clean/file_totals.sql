-- One row per file of the transactions: its rows and its money as they stand there, and those that are only later.
-- Pieces: transactions as of clean.file_states
-- Key: source_file
-- source_file       the file
-- row_count         rows
-- revenue           money, as far as it can be read
-- later_row_count   rows that are dated after $run_date
-- later_revenue     money of these
with source_rows as (
    select
        source_file,
        1 as row_count,
        try_cast(revenue as decimal(18, 4)) as revenue,
        0 as later_row_count,
        cast(0 as decimal(18, 4)) as later_revenue
    from raw.transactions
),
later_rows as (
    select
        source_file,
        0 as row_count,
        cast(0 as decimal(18, 4)) as revenue,
        1 as later_row_count,
        revenue as later_revenue
    from clean.transactions
    where is_later
),
all_rows as (
    select * from source_rows
    union all
    select * from later_rows
)
select
    source_file,
    sum(row_count) as row_count,
    coalesce(sum(revenue), 0) as revenue,
    sum(later_row_count) as later_row_count,
    sum(later_revenue) as later_revenue
from all_rows
group by source_file
