-- One row per main category: those with the most revenue from known customers in the trailing window.
-- Key: category
-- category   upper level of the product tree
-- bit        1, 2, 4, …: the sum of the bits of several categories names their set
with customer_category_windows as (
    select * from entities.customer_category_windows
),
ranked_categories as (
    select
        category,
        row_number() over (order by sum(revenue_window) desc, category) as category_rank
    from customer_category_windows
    where
        customer_id is not null
        and is_bought
    group by category
)
select
    category,
    cast(power(2, category_rank - 1) as bigint) as bit
from ranked_categories
where category_rank <= $main_category_count
