-- Each category's customers are those who bought from it, and no set of categories has more than one of them has.
with category_customers as (
    select
        category,
        count(*) as customer_count
    from entities.customer_category_windows
    where
        customer_id is not null
        and is_bought
    group by category
)
select
    cross_shop.category_set,
    cross_shop.customer_count,
    category_customers.customer_count as category_customer_count
from baskets.cross_shop as cross_shop
inner join category_customers
    on cross_shop.category_set = category_customers.category
    or cross_shop.category_set like category_customers.category || ' + %'
where
    cross_shop.customer_count > category_customers.customer_count
    or (cross_shop.category_count = 1 and cross_shop.customer_count <> category_customers.customer_count)
    or cross_shop.exclusive_count > cross_shop.customer_count
