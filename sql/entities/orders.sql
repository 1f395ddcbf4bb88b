-- One row per order of a known customer up to $run_date.
-- Key: customer_id, order_id
-- customer_id           who
-- order_id              order or receipt
-- channel               where; the alphabetically first if the lines differ
-- revenue               what the customer paid for it, returns under the same order id taken off
-- cost                  what it cost
-- margin                revenue − cost
-- discount              money taken off
-- discount_share        discount / (revenue + discount); null if that is not above 0
-- returned_revenue      worth of what came back of it later under other order ids
-- order_number          how manyth purchase of the customer; null if it is none
-- days_since_previous   days since the purchase before it; null for the first, and if it is none
-- line_count            lines
-- unit_count            units, returned ones taken off
-- product_count         different products
-- category_count        different categories
-- margin_basis          actual, or assumed if a line of it had no cost
-- is_purchase           whether its revenue is above $purchase_revenue_above
-- is_in_event           whether its day falls in an event
-- order_date            day of its first line
-- ordered_at            instant of its first line
with order_totals as (
    select * from entities.order_totals
),
returns as (
    select * from entities.returns
),
event_days as (
    select * from entities.event_days
),
returned_orders as (
    select
        customer_id,
        purchase_order_id,
        -sum(revenue) as returned_revenue
    from returns
    where purchase_order_id is not null
    group by customer_id, purchase_order_id
),
-- purchases and other orders are counted apart, so that a return never takes a number
numbered_orders as (
    select
        *,
        row_number() over (
            partition by customer_id, is_purchase
            order by ordered_at, order_id
        ) as order_number,
        lag(order_date) over (
            partition by customer_id, is_purchase
            order by ordered_at, order_id
        ) as previous_date
    from order_totals
)
select
    numbered_orders.customer_id,
    numbered_orders.order_id,
    numbered_orders.channel,
    numbered_orders.revenue,
    numbered_orders.cost,
    numbered_orders.revenue - numbered_orders.cost as margin,
    numbered_orders.discount,
    cast(numbered_orders.discount as double)
    / nullif(greatest(cast(numbered_orders.revenue + numbered_orders.discount as double), 0), 0) as discount_share,
    coalesce(returned_orders.returned_revenue, 0) as returned_revenue,
    case when numbered_orders.is_purchase then numbered_orders.order_number end as order_number,
    case
        when numbered_orders.is_purchase
            then numbered_orders.order_date - numbered_orders.previous_date
    end as days_since_previous,
    numbered_orders.line_count,
    numbered_orders.unit_count,
    numbered_orders.product_count,
    numbered_orders.category_count,
    numbered_orders.margin_basis,
    numbered_orders.is_purchase,
    event_days.event_date is not null as is_in_event,
    numbered_orders.order_date,
    numbered_orders.ordered_at
from numbered_orders
left join returned_orders
    on numbered_orders.customer_id = returned_orders.customer_id
    and numbered_orders.order_id = returned_orders.purchase_order_id
left join event_days on numbered_orders.order_date = event_days.event_date
