-- One row per customer and category that was a habit and is missed, while the customer still comes in their own rhythm:
-- spending that is now split with a competitor.
-- Why: a habit is on at least every other purchase day, counted with caution (one day with the category less, two days
-- without it more); it is missed when no accident of $fading_p or more explains so many purchase days without it.
-- Key: customer_id, category
-- customer_id         who
-- category            upper level of the product tree; other where a product has none
-- bought_day_count    purchase days with the category
-- missed_day_count    purchase days since the last of them
-- margin_yearly       margin at stake: what the category made in a year at its usual pace, before returns
-- usual_gap_days      mean days between purchases of the category, the customer's mean gap counted as one more
-- silent_days         days since the last purchase of the category
-- overdue_ratio       silent days / usual gap
-- bought_share        share of the purchase days with the category while it was a habit, counted with caution
-- miss_probability    chance to miss it so often by accident: (1 − share) to the power of the days missed
-- last_category_date  last purchase of the category
with category_habits as (
    select * from entities.category_habits
),
measured_habits as (
    select
        *,
        $run_date - last_category_date as silent_days,
        last_category_date - first_category_date + expected_gap_days as habit_days,
        (bought_day_count - 1) / cast(habit_day_count + 2 as double) as bought_share
    from category_habits
),
judged_habits as (
    select
        *,
        habit_days / bought_day_count as usual_gap_days,
        silent_days * bought_day_count / habit_days as overdue_ratio,
        power(1 - bought_share, missed_day_count) as miss_probability
    from measured_habits
)
select
    customer_id,
    category,
    bought_day_count,
    missed_day_count,
    cast(cast(margin as double) * 365 / habit_days as decimal(18, 4)) as margin_yearly,
    usual_gap_days,
    silent_days,
    overdue_ratio,
    bought_share,
    miss_probability,
    last_category_date
from judged_habits
where
    bought_share >= 0.5
    and overdue_ratio >= 2
    and miss_probability <= $fading_p
