-- One row per measure, level, group and whole period of $forecast_period_days days: what was sold.
-- Why: periods end with $run_date; one without sales is a 0. Revenue is that of all lines; orders and customers are known.
-- Key: measure, level, group_name, periods_ago
-- measure        revenue; orders: purchases; customers: who made them
-- level          shop, category; tier, segment: of the customers as they stand today
-- group_name     which; all for the shop; none for who has none
-- periods_ago    0 is the period that ends with $run_date
-- value          how much
with lines as (
    select * from entities.lines
),
order_parts as (
    select * from entities.order_parts
),
orders as (
    select * from entities.orders
    where is_purchase
),
customer_groups as (
    select * from features.customer_groups
),
levels as (
    select column1 as level from (values ('tier'), ('segment'))
),
customer_sales as (
    select customer_id, ($run_date - order_date) / $forecast_period_days as periods_ago, sum(revenue) as revenue
    from order_parts
    group by customer_id, ($run_date - order_date) / $forecast_period_days
),
customer_orders as (
    select customer_id, ($run_date - order_date) / $forecast_period_days as periods_ago, count(*) as order_count
    from orders
    group by customer_id, ($run_date - order_date) / $forecast_period_days
),
sales as (
    select 'revenue' as measure, customer_id, periods_ago, cast(revenue as decimal(18, 4)) as value from customer_sales
    union all
    select 'orders', customer_id, periods_ago, cast(order_count as decimal(18, 4)) from customer_orders
    union all
    select 'customers', customer_id, periods_ago, cast(1 as decimal(18, 4)) from customer_orders
),
grouped_sales as (
    select measure, 'shop' as level, 'all' as group_name, periods_ago, sum(value) as value
    from sales
    group by measure, periods_ago
    union all
    select
        sales.measure,
        levels.level,
        coalesce(customer_groups.group_name, 'none'),
        sales.periods_ago,
        sum(sales.value)
    from sales
    cross join levels
    left join customer_groups
        on sales.customer_id = customer_groups.customer_id and levels.level = customer_groups.level
    group by sales.measure, levels.level, coalesce(customer_groups.group_name, 'none'), sales.periods_ago
    union all
    select
        'revenue',
        'category',
        coalesce(category, 'other'),
        ($run_date - order_date) / $forecast_period_days,
        sum(cast(revenue as decimal(18, 4)))
    from lines
    group by coalesce(category, 'other'), ($run_date - order_date) / $forecast_period_days
),
series as (
    select distinct measure, level, group_name from grouped_sales
),
-- the first period may not be whole
beginnings as (
    select
        least(($run_date - min(order_date) + 1) / $forecast_period_days, $forecast_history) as period_count
    from order_parts
),
periods as (
    select unnest(generate_series(0, period_count - 1)) as periods_ago from beginnings
)
select
    series.measure,
    series.level,
    series.group_name,
    periods.periods_ago,
    cast(coalesce(grouped_sales.value, 0) as double) as value
from series
cross join periods
left join grouped_sales
    on series.measure = grouped_sales.measure
    and series.level = grouped_sales.level
    and series.group_name = grouped_sales.group_name
    and periods.periods_ago = grouped_sales.periods_ago
