-- Lines and rejected lines make up the source, row for row and to the last digit of money; what is later than $run_date
-- is not part of it yet.
with source_rows as (
    select
        coalesce(sum(row_count), 0) as row_count,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(later_row_count), 0) as later_row_count,
        coalesce(sum(later_revenue), 0) as later_revenue
    from clean.file_totals
),
parts as (
    select
        sum(row_count) as row_count,
        sum(revenue) as revenue
    from entities.source_balance
)
select
    source_rows.row_count as source_row_count,
    source_rows.later_row_count,
    parts.row_count as part_row_count,
    source_rows.revenue as source_revenue,
    source_rows.later_revenue,
    parts.revenue as part_revenue
from source_rows
cross join parts
where
    source_rows.row_count <> source_rows.later_row_count + parts.row_count
    or source_rows.revenue <> source_rows.later_revenue + parts.revenue
