-- One row per product sold or returned up to $run_date.
-- Key: product_id
-- product_id             what
-- product_name           name; null if the source has none
-- category               upper level of the product tree
-- subcategory            lower level of the product tree
-- margin_class           high, mid or low: thirds of the revenue by margin rate; null without revenue
-- margin_basis           actual, or assumed if a line had no cost
-- order_count            orders that contain it
-- buyer_count            known customers who bought it
-- repeat_buyer_count     those who bought it in two orders or more
-- first_purchase_count   customers whose first purchase contained it
-- unit_count             units, returned ones taken off
-- revenue                money
-- margin                 money
-- margin_rate            margin / revenue; null if revenue is not above 0
-- peak_month             calendar month with the most revenue, 1–12; null without revenue
-- peak_month_share       share of the positive revenue that falls in it; null without revenue
with product_totals as (
    select * from entities.product_totals
),
product_first_purchases as (
    select * from entities.product_first_purchases
),
product_months as (
    select * from entities.product_months
),
product_names as (
    select * from entities.product_names
),
rated_products as (
    select
        *,
        case when revenue > 0 then cast(margin as double) / cast(revenue as double) end as margin_rate
    from product_totals
),
-- products of one margin rate stand in one class, whatever their order
revenue_below as (
    select
        product_id,
        cast(sum(revenue) over (order by margin_rate desc) as double)
        / cast(sum(revenue) over () as double) as revenue_share_to_here,
        cast(sum(revenue) over (partition by margin_rate) as double)
        / cast(sum(revenue) over () as double) as revenue_share
    from rated_products
    where margin_rate is not null
)
select
    rated_products.product_id,
    product_names.product_name,
    product_names.category,
    product_names.subcategory,
    case
        when revenue_below.product_id is null then null
        when revenue_share_to_here - revenue_share / 2 <= 1.0 / 3 then 'high'
        when revenue_share_to_here - revenue_share / 2 <= 2.0 / 3 then 'mid'
        else 'low'
    end as margin_class,
    rated_products.margin_basis,
    rated_products.order_count,
    rated_products.buyer_count,
    rated_products.repeat_buyer_count,
    coalesce(product_first_purchases.first_purchase_count, 0) as first_purchase_count,
    rated_products.unit_count,
    rated_products.revenue,
    rated_products.margin,
    rated_products.margin_rate,
    product_months.peak_month,
    product_months.peak_month_share
from rated_products
left join revenue_below on rated_products.product_id = revenue_below.product_id
left join product_first_purchases
    on rated_products.product_id = product_first_purchases.product_id
left join product_months on rated_products.product_id = product_months.product_id
left join product_names on rated_products.product_id = product_names.product_id
