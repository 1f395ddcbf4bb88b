-- One row per known customer with a purchase: how much of what they buy they buy for the price.
-- Key: customer_id
-- customer_id              who
-- margin_third             high, mid or low: thirds of the customers by margin rate; null if revenue is not above 0
-- order_count              purchases
-- discount_order_count     purchases with money off
-- discount                 money taken off, all-time
-- margin                   money, all-time: what the customer has contributed up to now
-- discount_share           discount / (revenue + discount); null if that is not above 0
-- discount_order_share     share of the purchases with money off
-- discount_revenue_share   share of the revenue bought on lines with money off, before returns; null without products
-- margin_rate              margin / revenue; null if that is not above 0
-- is_price_only            whether the customer buys only on price: $price_only_share of the revenue on discount, over
--                          $price_only_orders such purchases, at a margin rate in the lowest third
with orders as (
    select * from entities.orders
),
customers as (
    select * from entities.customers
),
customer_spending as (
    select * from entities.customer_spending
),
customer_margins as (
    select * from entities.customer_margins
),
discount_orders as (
    select
        customer_id,
        count(*) as discount_order_count
    from orders
    where
        is_purchase
        and discount > 0
    group by customer_id
),
measured_customers as (
    select
        customers.customer_id,
        customer_margins.margin_third,
        customers.order_count,
        coalesce(discount_orders.discount_order_count, 0) as discount_order_count,
        customers.discount,
        customers.margin,
        customers.discount_share,
        cast(coalesce(discount_orders.discount_order_count, 0) as double)
        / customers.order_count as discount_order_share,
        cast(customer_spending.revenue_on_discount as double)
        / nullif(cast(customer_spending.revenue_bought as double), 0) as discount_revenue_share,
        customer_margins.margin_rate
    from customers
    left join discount_orders on customers.customer_id = discount_orders.customer_id
    left join customer_spending on customers.customer_id = customer_spending.customer_id
    left join customer_margins on customers.customer_id = customer_margins.customer_id
    where customers.order_count > 0
)
select
    *,
    discount_order_count >= $price_only_orders
    and coalesce(discount_revenue_share, 0) >= $price_only_share
    and coalesce(margin_third = 'low', false) as is_price_only
from measured_customers
