-- One row per way in and customer who came by it: everybody, the first order's category, channel and discount, and each
-- of its products.
-- Key: entry_kind, entry, customer_id
-- entry_kind              all, category, channel, discount_band or product
-- entry                   the category, channel, band or product id; all
-- customer_id             who
-- first_revenue           money of the first purchase
-- first_margin            money of the first purchase
-- margin_12_months        money of the first 365 days, the first purchase included
-- margin_36_months        money of the first 1,095 days, the first purchase included
-- acquisition_cost        what winning them cost; null if nobody says
-- order_count_12_months   purchases of the first 365 days, the first included
-- has_12_months           whether 365 days have passed since
-- has_36_months           whether 1,095 days have passed since
with lines as (
    select * from entities.lines
),
customer_costs as (
    select * from entities.customer_costs
),
customer_beginnings as (
    select * from entities.customer_beginnings
),
beginnings_with_cost as (
    select
        customer_beginnings.*,
        customer_costs.acquisition_cost
    from customer_beginnings
    left join customer_costs on customer_beginnings.customer_id = customer_costs.customer_id
),
first_products as (
    select
        lines.customer_id,
        lines.product_id
    from lines
    left semi join customer_beginnings
        on lines.customer_id = customer_beginnings.customer_id
        and lines.order_id = customer_beginnings.order_id
    where
        lines.is_product
        and not lines.is_return
    group by lines.customer_id, lines.product_id
),
entry_kinds as (
    select column1 as entry_kind
    from (values ('all'), ('category'), ('channel'), ('discount_band'))
),
entries as (
    select
        entry_kinds.entry_kind,
        case entry_kinds.entry_kind
            when 'all' then 'all'
            when 'category' then category
            when 'channel' then channel
            when 'discount_band' then discount_band
        end as entry,
        beginnings_with_cost.*
    from beginnings_with_cost
    cross join entry_kinds
    union all
    select
        'product' as entry_kind,
        first_products.product_id as entry,
        beginnings_with_cost.*
    from first_products
    inner join beginnings_with_cost on first_products.customer_id = beginnings_with_cost.customer_id
)
select
    entry_kind,
    entry,
    customer_id,
    first_revenue,
    first_margin,
    margin_12_months,
    margin_36_months,
    acquisition_cost,
    order_count_12_months,
    has_12_months,
    has_36_months
from entries
