-- One row per product with revenue: the calendar month in which most of it falls.
-- Key: product_id
-- product_id         what
-- peak_month         calendar month with the most revenue, 1–12; the earliest if several have as much
-- peak_month_share   share of the positive revenue that falls in it
with lines as (
    select * from entities.lines
),
month_revenues as (
    select
        product_id,
        cast(date_part('month', order_date) as int) as calendar_month,
        sum(revenue) as revenue
    from lines
    where is_product
    group by product_id, cast(date_part('month', order_date) as int)
),
ranked_months as (
    select
        product_id,
        calendar_month,
        cast(revenue as double)
        / cast(sum(revenue) over (partition by product_id) as double) as revenue_share,
        row_number() over (
            partition by product_id
            order by revenue desc, calendar_month
        ) as month_rank
    from month_revenues
    where revenue > 0
)
select
    product_id,
    calendar_month as peak_month,
    revenue_share as peak_month_share
from ranked_months
where month_rank = 1
