-- One row per customer and category that was bought on three days or more, and missed since by a customer who still comes
-- in their own rhythm.
-- Key: customer_id, category
-- customer_id            who
-- category               upper level of the product tree; other where a product has none
-- bought_day_count       purchase days with the category
-- habit_day_count        purchase days from the first of them to the last
-- missed_day_count       purchase days since the last
-- margin                 money of the category, before returns, all-time
-- expected_gap_days      mean days between the customer's purchase days, the shop's mean counted as one more gap
-- first_category_date    first day with the category
-- last_category_date     last day with the category
with lines as (
    select * from entities.lines
),
customer_rhythms as (
    select * from entities.customer_rhythms
),
purchase_silences as (
    select * from entities.purchase_silences
),
regular_customers as (
    select * from customer_rhythms
    where
        order_count >= 3
        and silent_days <= allowed_days
),
habits as (
    select
        lines.customer_id,
        coalesce(lines.category, 'other') as category,
        distinct_count(lines.order_date) as bought_day_count,
        cast(sum(lines.margin) as decimal(18, 4)) as margin,
        min(lines.order_date) as first_category_date,
        max(lines.order_date) as last_category_date
    from lines
    left semi join regular_customers on lines.customer_id = regular_customers.customer_id
    where
        lines.is_product
        and not lines.is_return
    group by lines.customer_id, coalesce(lines.category, 'other')
    having distinct_count(lines.order_date) >= 3
)
select
    habits.customer_id,
    habits.category,
    habits.bought_day_count,
    last_days.day_number - first_days.day_number + 1 as habit_day_count,
    regular_customers.purchase_day_count - last_days.day_number as missed_day_count,
    habits.margin,
    regular_customers.expected_gap_days,
    habits.first_category_date,
    habits.last_category_date
from habits
inner join regular_customers on habits.customer_id = regular_customers.customer_id
inner join purchase_silences as first_days
    on habits.customer_id = first_days.customer_id
    and habits.first_category_date = first_days.order_date
inner join purchase_silences as last_days
    on habits.customer_id = last_days.customer_id
    and habits.last_category_date = last_days.order_date
where regular_customers.purchase_day_count > last_days.day_number
