-- One row per customer with a purchase: the days between purchase days.
-- Why: whole days are summed as integers, so that the order of the rows leaves no trace in the result.
-- Key: customer_id
-- customer_id          who
-- purchase_day_count   days with a purchase
-- gap_days_mean        mean days between them; null below two
-- gap_days_sd          standard deviation of them; null below three
-- gap_days_median      median of them; null below two
with orders as (
    select * from entities.orders
),
gaps as (
    select
        customer_id,
        order_number,
        case when order_number > 1 then days_since_previous end as gap_days
    from orders
    where
        is_purchase
        and coalesce(days_since_previous, 1) > 0
),
gap_sums as (
    select
        customer_id,
        count(*) as purchase_day_count,
        count(gap_days) as gap_count,
        sum(gap_days) as gap_days_sum,
        sum(gap_days * gap_days) as gap_days_squares,
        median(cast(gap_days as double)) as gap_days_median
    from gaps
    group by customer_id
)
select
    customer_id,
    purchase_day_count,
    cast(gap_days_sum as double) / nullif(gap_count, 0) as gap_days_mean,
    case
        when gap_count > 1 then sqrt(
            cast(gap_count * gap_days_squares - gap_days_sum * gap_days_sum as double)
            / (gap_count * (gap_count - 1))
        )
    end as gap_days_sd,
    gap_days_median
from gap_sums
