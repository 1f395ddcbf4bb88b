-- One row per customer and category bought or returned in the trailing window or the one before it.
-- Key: none
-- customer_id        who; null for anonymous lines
-- category           upper level of the product tree; other where a product has none
-- revenue_window     money in the trailing window
-- revenue_previous   money in the window before that
-- is_bought          whether something of it was bought in the trailing window
with lines as (
    select * from entities.lines
)
select
    customer_id,
    coalesce(category, 'other') as category,
    coalesce(
        sum(revenue) filter (where order_date > cast(cast($run_date as int) - $window_days as date)), 0
    ) as revenue_window,
    coalesce(
        sum(revenue) filter (where order_date <= cast(cast($run_date as int) - $window_days as date)), 0
    ) as revenue_previous,
    bool_or(not is_return and order_date > cast(cast($run_date as int) - $window_days as date)) as is_bought
from lines
where
    is_product
    and order_date > cast(cast($run_date as int) - 2 * $window_days as date)
group by customer_id, coalesce(category, 'other')
