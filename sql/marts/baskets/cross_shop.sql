-- One row per set of one, two or three main categories: the customers who bought from all of them in the trailing window.
-- Key: category_set
-- category_set      categories, with + between them, the one with the most revenue first
-- category_count    how many they are
-- customer_count    customers who bought from each of them
-- customer_share    share of the customers of the main categories
-- exclusive_count   those who bought from no other main category
-- lift              how many times as many as by chance; 1 for a single category
-- revenue           what these customers brought in these categories
-- revenue_share     share of the revenue of the main categories
-- revenue_mean      revenue per customer; null without one
with category_sets as (
    select * from entities.category_sets
),
shopper_groups as (
    select * from entities.shopper_groups
),
groups_of_sets as (
    select
        category_sets.bits,
        shopper_groups.bits as group_bits,
        max(shopper_groups.customer_count) as customer_count,
        sum(shopper_groups.revenue) as revenue
    from category_sets
    inner join shopper_groups
        on (shopper_groups.bits & category_sets.bits) = category_sets.bits
        and (shopper_groups.bit & category_sets.bits) <> 0
    group by category_sets.bits, shopper_groups.bits
),
overlaps as (
    select
        bits,
        sum(customer_count) as customer_count,
        sum(customer_count) filter (where group_bits = bits) as exclusive_count,
        cast(sum(revenue) as decimal(18, 4)) as revenue
    from groups_of_sets
    group by bits
),
customers_of_groups as (
    select max(customer_count) as customer_count
    from shopper_groups
    group by bits
),
all_customers as (
    select cast(sum(customer_count) as double) as customer_count
    from customers_of_groups
),
all_revenue as (
    select cast(sum(revenue) as double) as revenue
    from shopper_groups
)
select
    category_sets.category_set,
    category_sets.category_count,
    coalesce(overlaps.customer_count, 0) as customer_count,
    coalesce(overlaps.customer_count, 0) / all_customers.customer_count as customer_share,
    coalesce(overlaps.exclusive_count, 0) as exclusive_count,
    coalesce(overlaps.customer_count, 0) / all_customers.customer_count
    / (
        first_ones.customer_count / all_customers.customer_count
        * coalesce(second_ones.customer_count / all_customers.customer_count, 1)
        * coalesce(third_ones.customer_count / all_customers.customer_count, 1)
    ) as lift,
    coalesce(overlaps.revenue, 0) as revenue,
    coalesce(cast(overlaps.revenue as double), 0) / nullif(all_revenue.revenue, 0) as revenue_share,
    cast(overlaps.revenue as double) / overlaps.customer_count as revenue_mean
from category_sets
left join overlaps on category_sets.bits = overlaps.bits
left join overlaps as first_ones on category_sets.first_bit = first_ones.bits
left join overlaps as second_ones on category_sets.second_bit = second_ones.bits
left join overlaps as third_ones on category_sets.third_bit = third_ones.bits
cross join all_customers
cross join all_revenue
