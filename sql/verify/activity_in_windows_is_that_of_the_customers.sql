-- The windows of the revenue tree hold the orders and the money of the customers' windows.
with all_customers as (
    select
        coalesce(sum(order_count_window + order_count_previous), 0) as order_count,
        coalesce(sum(revenue_window + revenue_previous), 0) as revenue,
        coalesce(sum(margin_window + margin_previous), 0) as margin
    from entities.customers
),
activity as (
    select
        coalesce(sum(order_count), 0) as order_count,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(margin), 0) as margin
    from entities.window_activity
)
select
    all_customers.order_count,
    activity.order_count as activity_order_count,
    all_customers.revenue,
    activity.revenue as activity_revenue,
    all_customers.margin,
    activity.margin as activity_margin
from all_customers
cross join activity
where
    all_customers.order_count <> activity.order_count
    or all_customers.revenue <> activity.revenue
    or all_customers.margin <> activity.margin
