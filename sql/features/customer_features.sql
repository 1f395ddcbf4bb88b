-- One row per period and customer with a purchase up to its end: what was known of them then, and nothing of later.
-- Why: categories stand beside the days as rows, since millions of customers are summed in less memory than joined.
-- Key: period, customer_id
-- period                see features.horizon_periods
-- customer_id           who
-- order_count           purchases
-- purchase_day_count    days with a purchase
-- purchase_days_90      of them in the last 90 days
-- purchase_days_365     of them in the last 365 days
-- recency_days          days since the last purchase
-- tenure_days           days since the first purchase
-- gap_days_mean         mean days between purchase days; null below two
-- silence_ratio         recency_days / gap_days_mean; null below two
-- revenue               money
-- revenue_90            money of the last 90 days
-- revenue_365           money of the last 365 days
-- margin                money
-- order_revenue_mean    revenue per purchase
-- discount_share        discount / (revenue + discount); null if that is not above 0
-- return_share          what came back / all that was bought; null if nothing was
-- event_share           share of the purchases that fell in an event
-- category_count        different categories
-- season_revenue        of the days to be foretold; no feature, see features.horizon_seasons
-- season_purchases      likewise
with orders as (
    select * from features.known_orders
),
seasons as (
    select * from features.horizon_seasons
),
category_counts as (
    select * from features.category_counts
),
days as (
    select
        period,
        customer_id,
        age_days,
        count(*) filter (where is_purchase) as order_count,
        count(*) filter (where is_purchase and is_in_event) as event_count,
        sum(revenue) as revenue,
        sum(margin) as margin,
        sum(discount) as discount,
        sum(returned_revenue) as returned_revenue
    from orders
    group by period, customer_id, age_days
),
days_and_categories as (
    select *, 0 as category_count from days
    union all
    select
        period,
        customer_id,
        null as age_days,
        0 as order_count,
        0 as event_count,
        null as revenue, null as margin, null as discount, null as returned_revenue,
        category_count
    from category_counts
),
customers as (
    select
        period,
        customer_id,
        sum(order_count) as order_count,
        sum(event_count) as event_count,
        count(*) filter (where order_count > 0) as purchase_day_count,
        count(*) filter (where order_count > 0 and age_days < 90) as purchase_days_90,
        count(*) filter (where order_count > 0 and age_days < 365) as purchase_days_365,
        min(age_days) filter (where order_count > 0) as recency_days,
        max(age_days) filter (where order_count > 0) as tenure_days,
        cast(sum(revenue) as double) as revenue,
        cast(coalesce(sum(revenue) filter (where age_days < 90), 0) as double) as revenue_90,
        cast(coalesce(sum(revenue) filter (where age_days < 365), 0) as double) as revenue_365,
        cast(sum(margin) as double) as margin,
        cast(sum(discount) as double) as discount,
        cast(sum(returned_revenue) as double) as returned_revenue,
        sum(category_count) as category_count
    from days_and_categories
    group by period, customer_id
    having sum(order_count) > 0
)
select
    customers.period,
    customers.customer_id,
    customers.order_count,
    customers.purchase_day_count,
    customers.purchase_days_90,
    customers.purchase_days_365,
    customers.recency_days,
    customers.tenure_days,
    cast(customers.tenure_days - customers.recency_days as double)
    / nullif(customers.purchase_day_count - 1, 0) as gap_days_mean,
    customers.recency_days * cast(customers.purchase_day_count - 1 as double)
    / nullif(customers.tenure_days - customers.recency_days, 0) as silence_ratio,
    customers.revenue,
    customers.revenue_90,
    customers.revenue_365,
    customers.margin,
    customers.revenue / customers.order_count as order_revenue_mean,
    customers.discount / nullif(greatest(customers.revenue + customers.discount, 0.0), 0) as discount_share,
    customers.returned_revenue / nullif(greatest(customers.revenue + customers.returned_revenue, 0.0), 0)
        as return_share,
    cast(customers.event_count as double) / customers.order_count as event_share,
    customers.category_count,
    seasons.season_revenue,
    seasons.season_purchases
from seasons -- few, and first: the engine holds the first of two unknown sizes in memory
right join customers on seasons.period = customers.period
