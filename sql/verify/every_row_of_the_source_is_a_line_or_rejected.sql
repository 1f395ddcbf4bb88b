-- Lines and rejected lines make up the source, row for row and to the last digit of money; what is later than $run_date
-- is not part of it yet.
with source_rows as (
    select
        count(*) as row_count,
        coalesce(sum(try_cast(revenue as decimal(18, 4))), 0) as revenue
    from raw.transactions
),
later_rows as (
    select
        count(*) as row_count,
        coalesce(sum(revenue), 0) as revenue
    from clean.transactions
    where is_later
),
parts as (
    select
        sum(row_count) as row_count,
        sum(revenue) as revenue
    from entities.source_balance
)
select
    source_rows.row_count as source_row_count,
    later_rows.row_count as later_row_count,
    parts.row_count as part_row_count,
    source_rows.revenue as source_revenue,
    later_rows.revenue as later_revenue,
    parts.revenue as part_revenue
from source_rows
cross join later_rows
cross join parts
where
    source_rows.row_count <> later_rows.row_count + parts.row_count
    or source_rows.revenue <> later_rows.revenue + parts.revenue
