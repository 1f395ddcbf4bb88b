-- The deciles of value_trend_by_decile hold each customer of value_trend once, and all that they bought.
with customers as (
    select
        count(*) as customer_count,
        coalesce(sum(orders_window), 0) as orders_window,
        coalesce(sum(margin_window), 0) as margin_window
    from value.value_trend
),
deciles as (
    select
        coalesce(sum(customer_count), 0) as customer_count,
        coalesce(sum(orders_window), 0) as orders_window,
        coalesce(sum(margin_window), 0) as margin_window
    from value.value_trend_by_decile
)
select
    customers.customer_count,
    deciles.customer_count as decile_count,
    customers.orders_window,
    deciles.orders_window as decile_orders,
    customers.margin_window,
    deciles.margin_window as decile_margin
from customers
cross join deciles
where
    customers.customer_count <> deciles.customer_count
    or customers.orders_window <> deciles.orders_window
    or customers.margin_window <> deciles.margin_window
