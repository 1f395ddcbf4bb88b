-- One row per review of the tiers and customer with a purchase in the window that ends with it.
-- Why: a customer falls only after $tier_grace_days below a tier, so the tiers are reviewed four times: on the last day
-- of a window, and one, two and three thirds of the grace before it.
-- Key: period, review_number, customer_id
-- period          window: the reviews up to $run_date; previous: those one window ago
-- review_number   1 is the last day, 4 the first one of the grace
-- customer_id     who
-- margin          money in the $window_days that end with the review
with orders as (
    select * from entities.orders
),
aged_orders as (
    select
        customer_id,
        margin,
        is_purchase,
        $run_date - order_date as age_days,
        $tier_grace_days / 3 as step_days
    from orders
    where $run_date - order_date < 2 * $window_days + $tier_grace_days
),
reviewed_orders as (
    select
        customer_id,
        margin,
        is_purchase,
        age_days < $window_days as is_in_1,
        age_days - step_days between 0 and $window_days - 1 as is_in_2,
        age_days - 2 * step_days between 0 and $window_days - 1 as is_in_3,
        age_days - 3 * step_days between 0 and $window_days - 1 as is_in_4,
        age_days - $window_days between 0 and $window_days - 1 as is_in_5,
        age_days - $window_days - step_days between 0 and $window_days - 1 as is_in_6,
        age_days - $window_days - 2 * step_days between 0 and $window_days - 1 as is_in_7,
        age_days - $window_days - 3 * step_days between 0 and $window_days - 1 as is_in_8
    from aged_orders
),
customer_margins as (
    select
        customer_id,
        sum(margin) filter (where is_in_1) as margin_1,
        sum(margin) filter (where is_in_2) as margin_2,
        sum(margin) filter (where is_in_3) as margin_3,
        sum(margin) filter (where is_in_4) as margin_4,
        sum(margin) filter (where is_in_5) as margin_5,
        sum(margin) filter (where is_in_6) as margin_6,
        sum(margin) filter (where is_in_7) as margin_7,
        sum(margin) filter (where is_in_8) as margin_8,
        bool_or(is_purchase and is_in_1) as has_1,
        bool_or(is_purchase and is_in_2) as has_2,
        bool_or(is_purchase and is_in_3) as has_3,
        bool_or(is_purchase and is_in_4) as has_4,
        bool_or(is_purchase and is_in_5) as has_5,
        bool_or(is_purchase and is_in_6) as has_6,
        bool_or(is_purchase and is_in_7) as has_7,
        bool_or(is_purchase and is_in_8) as has_8
    from reviewed_orders
    group by customer_id
),
reviews as (
    select
        customer_id,
        unnest(make_array(1, 2, 3, 4, 5, 6, 7, 8)) as review,
        unnest(make_array(
            margin_1, margin_2, margin_3, margin_4, margin_5, margin_6, margin_7, margin_8
        )) as margin,
        unnest(make_array(has_1, has_2, has_3, has_4, has_5, has_6, has_7, has_8)) as has_purchase
    from customer_margins
)
select
    case when review <= 4 then 'window' else 'previous' end as period,
    case when review <= 4 then review else review - 4 end as review_number,
    customer_id,
    margin
from reviews
where has_purchase
