-- One row per group of customers who bought from the same main categories in the trailing window, and category of them.
-- Why: there are few groups, however many customers there are.
-- Key: bits, category
-- bits             sum of the bits of the categories of the group
-- category         one of them
-- bit              its bit
-- customer_count   customers of the group
-- revenue          what they brought in the category
with customer_category_windows as (
    select * from entities.customer_category_windows
),
main_categories as (
    select * from entities.main_categories
),
purchases as (
    select
        customer_category_windows.customer_id,
        main_categories.category,
        main_categories.bit,
        customer_category_windows.revenue_window
    from customer_category_windows
    inner join main_categories on customer_category_windows.category = main_categories.category
    where
        customer_category_windows.customer_id is not null
        and customer_category_windows.is_bought
),
customers as (
    select
        customer_id,
        sum(bit) as bits
    from purchases
    group by customer_id
)
select
    customers.bits,
    purchases.category,
    purchases.bit,
    count(*) as customer_count,
    sum(purchases.revenue_window) as revenue
from purchases
inner join customers on purchases.customer_id = customers.customer_id
group by customers.bits, purchases.category, purchases.bit
