-- One row per known customer who bought a product: what they bought by how they bought it, returns left aside.
-- Key: customer_id
-- customer_id           who
-- revenue_bought        money of all products bought, before returns
-- revenue_on_discount   of it, on lines with money off
-- revenue_in_events     of it, on the days of an event, or on products of one season ($seasonal_share in one month)
-- revenue_of_season     of it, on products of one season
-- revenue_high_margin   of it, on products of the high margin class
-- revenue_mid_margin    of the middle one
-- revenue_low_margin    of the low one
with lines as (
    select * from entities.lines
),
products as (
    select * from entities.products
),
event_days as (
    select * from entities.event_days
),
bought_lines as (
    select
        customer_id,
        product_id,
        revenue,
        discount,
        order_date
    from lines
    where
        customer_id is not null
        and is_product
        and not is_return
),
judged_lines as (
    select
        bought_lines.customer_id,
        bought_lines.revenue,
        bought_lines.discount > 0 as is_on_discount,
        event_days.event_date is not null as is_in_event,
        coalesce(products.peak_month_share, 0) >= $seasonal_share as is_of_season,
        products.margin_class
    from bought_lines
    left join products on bought_lines.product_id = products.product_id
    left join event_days on bought_lines.order_date = event_days.event_date
)
select
    customer_id,
    sum(revenue) as revenue_bought,
    coalesce(sum(revenue) filter (where is_on_discount), 0) as revenue_on_discount,
    coalesce(sum(revenue) filter (where is_in_event or is_of_season), 0) as revenue_in_events,
    coalesce(sum(revenue) filter (where is_of_season), 0) as revenue_of_season,
    coalesce(sum(revenue) filter (where margin_class = 'high'), 0) as revenue_high_margin,
    coalesce(sum(revenue) filter (where margin_class = 'mid'), 0) as revenue_mid_margin,
    coalesce(sum(revenue) filter (where margin_class = 'low'), 0) as revenue_low_margin
from judged_lines
group by customer_id
