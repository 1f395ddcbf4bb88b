-- The parts of the source make up the whole of it, row for row and to the last digit of money.
with source_rows as (
    select
        count(*) as row_count,
        coalesce(sum(try_cast(revenue as decimal(18, 4))), 0) as revenue
    from raw.transactions
),
parts as (
    select
        sum(row_count) as row_count,
        sum(revenue) as revenue
    from entities.source_balance
)
select
    source_rows.row_count as source_row_count,
    parts.row_count as part_row_count,
    source_rows.revenue as source_revenue,
    parts.revenue as part_revenue
from source_rows
cross join parts
where
    source_rows.row_count <> parts.row_count
    or source_rows.revenue <> parts.revenue
