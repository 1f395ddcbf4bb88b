-- The moves between tiers hold every customer and the money of both windows.
with all_customers as (
    select
        count(*) as customer_count,
        coalesce(sum(margin_previous), 0) as margin_previous,
        coalesce(sum(margin_window), 0) as margin_window
    from entities.customers
),
moves as (
    select
        cast(coalesce(sum(customer_count), 0) as bigint) as customer_count,
        coalesce(sum(margin_previous), 0) as margin_previous,
        coalesce(sum(margin_window), 0) as margin_window
    from value.tier_migrations
)
select
    all_customers.customer_count,
    moves.customer_count as moved_count,
    all_customers.margin_previous,
    moves.margin_previous as moved_margin_previous,
    all_customers.margin_window,
    moves.margin_window as moved_margin_window
from all_customers
cross join moves
where
    all_customers.customer_count <> moves.customer_count
    or all_customers.margin_previous <> moves.margin_previous
    or all_customers.margin_window <> moves.margin_window
