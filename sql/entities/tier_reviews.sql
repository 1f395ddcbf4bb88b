-- One row per review of the tiers and customer with a purchase in the window that ends with it.
-- Why: a customer falls only after $tier_grace_days below a tier, so the tiers are reviewed four times: on the last day
-- of a window, and one, two and three thirds of the grace before it.
-- Key: period, review_number, customer_id
-- period          window: the reviews up to $run_date; previous: those one window ago; earlier: the last day of the window
--                 before that
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
    where $run_date - order_date < 2 * $window_days + greatest($tier_grace_days, $window_days)
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
        age_days - $window_days - 3 * step_days between 0 and $window_days - 1 as is_in_8,
        age_days - 2 * $window_days between 0 and $window_days - 1 as is_in_9
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
        sum(margin) filter (where is_in_9) as margin_9,
        bool_or(is_purchase and is_in_1) as has_1,
        bool_or(is_purchase and is_in_2) as has_2,
        bool_or(is_purchase and is_in_3) as has_3,
        bool_or(is_purchase and is_in_4) as has_4,
        bool_or(is_purchase and is_in_5) as has_5,
        bool_or(is_purchase and is_in_6) as has_6,
        bool_or(is_purchase and is_in_7) as has_7,
        bool_or(is_purchase and is_in_8) as has_8,
        bool_or(is_purchase and is_in_9) as has_9
    from reviewed_orders
    group by customer_id
),
reviews as (
    select
        column1 as review,
        column2 as period,
        column3 as review_number
    from (values
        (1, 'window', 1), (2, 'window', 2), (3, 'window', 3), (4, 'window', 4),
        (5, 'previous', 1), (6, 'previous', 2), (7, 'previous', 3), (8, 'previous', 4),
        (9, 'earlier', 1)
    )
),
reviewed_customers as (
    select
        reviews.period,
        reviews.review_number,
        customer_margins.customer_id,
        case reviews.review
            when 1 then case when has_1 then margin_1 end
            when 2 then case when has_2 then margin_2 end
            when 3 then case when has_3 then margin_3 end
            when 4 then case when has_4 then margin_4 end
            when 5 then case when has_5 then margin_5 end
            when 6 then case when has_6 then margin_6 end
            when 7 then case when has_7 then margin_7 end
            when 8 then case when has_8 then margin_8 end
            when 9 then case when has_9 then margin_9 end
        end as margin
    from customer_margins
    cross join reviews
)
select *
from reviewed_customers
where margin is not null
