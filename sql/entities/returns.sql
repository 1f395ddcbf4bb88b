-- One row per product that a known customer returned under one order id, with the purchase it came from where that is
-- beyond doubt: the same customer, product and quantity, at most $return_days before, and only one such purchase.
-- Key: customer_id, return_order_id, product_id
-- customer_id         who
-- return_order_id     the order id of the return
-- product_id          what came back
-- quantity            how many; negative
-- revenue             money given back; negative
-- purchase_order_id   the order it was bought with; null if none or several could be it
-- candidate_count     purchases that could be it
-- returned_at         instant
with lines as (
    select * from entities.lines
),
returned_products as (
    select
        customer_id,
        order_id as return_order_id,
        product_id,
        sum(quantity) as quantity,
        sum(revenue) as revenue,
        min(order_date) as returned_date,
        min(ordered_at) as returned_at
    from lines
    where
        is_return
        and customer_id is not null
        and product_id is not null
    group by customer_id, order_id, product_id
),
-- only purchases of products that came back from the same customer are looked at
bought_products as (
    select
        lines.customer_id,
        lines.order_id,
        lines.product_id,
        sum(lines.quantity) as quantity,
        min(lines.order_date) as bought_date,
        min(lines.ordered_at) as bought_at
    from lines
    left semi join returned_products
        on lines.customer_id = returned_products.customer_id
        and lines.product_id = returned_products.product_id
    where not lines.is_return
    group by lines.customer_id, lines.order_id, lines.product_id
),
candidates as (
    select
        returned_products.customer_id,
        returned_products.return_order_id,
        returned_products.product_id,
        min(bought_products.order_id) as purchase_order_id,
        count(*) as candidate_count
    from returned_products
    inner join bought_products
        on returned_products.customer_id = bought_products.customer_id
        and returned_products.product_id = bought_products.product_id
        and -returned_products.quantity = bought_products.quantity
    where
        returned_products.return_order_id <> bought_products.order_id
        and bought_products.bought_at <= returned_products.returned_at
        and returned_products.returned_date - bought_products.bought_date <= $return_days
    group by
        returned_products.customer_id,
        returned_products.return_order_id,
        returned_products.product_id
),
-- a purchase can come back once: where several returns could be of it, none is
claims as (
    select
        *,
        count(*) over (
            partition by customer_id, purchase_order_id, product_id
        ) as claim_count
    from candidates
)
select
    returned_products.customer_id,
    returned_products.return_order_id,
    returned_products.product_id,
    returned_products.quantity,
    returned_products.revenue,
    case
        when claims.candidate_count = 1 and claims.claim_count = 1
            then claims.purchase_order_id
    end as purchase_order_id,
    coalesce(claims.candidate_count, 0) as candidate_count,
    returned_products.returned_at
from returned_products
left join claims
    on returned_products.customer_id = claims.customer_id
    and returned_products.return_order_id = claims.return_order_id
    and returned_products.product_id = claims.product_id
