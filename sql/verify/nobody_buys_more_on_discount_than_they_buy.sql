-- What is bought on discount is a part of what is bought, and so are the orders.
select
    customer_id,
    discount_order_share,
    discount_revenue_share
from price.price_sensitivity
where
    discount_order_count > order_count
    or discount_revenue_share < 0
    or discount_revenue_share > 1
