-- One row per known customer and purchase day: how long no purchase followed, and how long was to be expected then.
-- Why: only what was known on that day counts, so that the customers of then can be judged by the rules of now.
-- Key: customer_id, order_date
-- customer_id         who
-- day_number          how manyth purchase day
-- rhythm_group        expected gap up to 30, 60, 120 days, or longer: 1–4
-- order_count         purchases up to this day, inclusive
-- expected_gap_days   mean days between purchase days up to now, the shop's mean counted as one more gap
-- allowed_days        days that are no reason to worry: expected gap and twice its standard deviation, whose share of the
--                     mean is the customer's own, 1 (pure chance) counted as one more gap; whole days
-- silent_days         days to the next purchase day, or to $run_date if there is none
-- has_next            whether there is a next purchase day
-- order_date          the purchase day
with orders as (
    select * from entities.orders
),
shop as (
    select
        cast(sum(days_since_previous) as double) / nullif(count(*), 0) as gap_days_mean
    from orders
    where days_since_previous > 0
),
purchase_days as (
    select
        customer_id,
        order_date,
        max(order_number) as order_count,
        -- of the first purchase of the day; the others follow on the same
        max(days_since_previous) as gap_days
    from orders
    where is_purchase
    group by customer_id, order_date
),
following_days as (
    select
        customer_id,
        order_date,
        order_count,
        row_number() over customer_days as day_number,
        order_date - first_value(order_date) over customer_days as days_since_first,
        lead(order_date) over customer_days as next_date,
        -- whole days are summed, so that no order of the rows leaves a trace
        sum(gap_days * gap_days) over customer_days as gap_days_squares
    from purchase_days
    window customer_days as (partition by customer_id order by order_date rows unbounded preceding)
),
gap_moments as (
    select
        following_days.*,
        coalesce(shop.gap_days_mean, $ladder_horizon_days) as shop_gap_days,
        case
            when following_days.day_number > 2 then sqrt(
                cast(
                    (following_days.day_number - 1) * following_days.gap_days_squares
                    - following_days.days_since_first * following_days.days_since_first as double
                ) * (following_days.day_number - 1) / (following_days.day_number - 2)
            ) / following_days.days_since_first
        end as gap_days_cv
    from following_days
    cross join shop
),
expected_gaps as (
    select
        *,
        (days_since_first + shop_gap_days) / day_number as expected_gap_days,
        case
            when gap_days_cv is null then 1
            else ((day_number - 1) * gap_days_cv + 1) / day_number
        end as expected_cv
    from gap_moments
)
select
    customer_id,
    day_number,
    case
        when expected_gap_days <= 30 then 1
        when expected_gap_days <= 60 then 2
        when expected_gap_days <= 120 then 3
        else 4
    end as rhythm_group,
    order_count,
    expected_gap_days,
    cast(floor(expected_gap_days * (1 + 2 * expected_cv)) as bigint) as allowed_days,
    coalesce(next_date, $run_date) - order_date as silent_days,
    next_date is not null as has_next,
    order_date
from expected_gaps
