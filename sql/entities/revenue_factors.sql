-- One row per window and group: what revenue and margin are made of.
-- Why: a customer who orders by two channels counts in each, and once in the groups of all other dimensions.
-- Key: dimension, group_name, period
-- dimension        all, relationship, channel, region, acquisition_channel, first_channel or first_category
-- group_name       the group; new or known (before that window) for relationship; unknown if the shop does not know
-- period           window or previous
-- customer_count   customers with a purchase
-- order_count      purchases
-- unit_count       units, returned ones taken off
-- revenue          money, returns taken off
-- margin           money, returns taken off
with window_activity as (
    select * from entities.window_activity
),
customers as (
    select * from entities.customers
),
customer_windows as (
    select
        period,
        customer_id,
        sum(order_count) as order_count,
        sum(unit_count) as unit_count,
        sum(revenue) as revenue,
        sum(margin) as margin
    from window_activity
    group by period, customer_id
),
described_windows as (
    select
        customer_windows.period,
        case
            when customer_windows.period = 'window' and customers.tenure_days < $window_days then 'new'
            when customer_windows.period = 'previous' and customers.tenure_days < 2 * $window_days then 'new'
            else 'known'
        end as relationship,
        coalesce(customers.region, 'unknown') as region,
        coalesce(customers.acquisition_channel, 'unknown') as acquisition_channel,
        coalesce(customers.first_channel, 'unknown') as first_channel,
        coalesce(customers.first_category, 'unknown') as first_category,
        customer_windows.order_count,
        customer_windows.unit_count,
        customer_windows.revenue,
        customer_windows.margin
    from customer_windows
    inner join customers on customer_windows.customer_id = customers.customer_id
),
dimensions as (
    select column1 as dimension
    from (values
        ('all'), ('relationship'), ('region'), ('acquisition_channel'), ('first_channel'), ('first_category')
    )
),
grouped_windows as (
    select
        period,
        dimensions.dimension,
        case dimensions.dimension
            when 'all' then 'all'
            when 'relationship' then relationship
            when 'region' then region
            when 'acquisition_channel' then acquisition_channel
            when 'first_channel' then first_channel
            when 'first_category' then first_category
        end as group_name,
        order_count,
        unit_count,
        revenue,
        margin
    from described_windows
    cross join dimensions
    union all
    select
        period,
        'channel' as dimension,
        channel as group_name,
        order_count,
        unit_count,
        revenue,
        margin
    from window_activity
)
select
    dimension,
    group_name,
    period,
    count(*) filter (where order_count > 0) as customer_count,
    sum(order_count) as order_count,
    sum(unit_count) as unit_count,
    sum(revenue) as revenue,
    sum(margin) as margin
from grouped_windows
group by dimension, group_name, period
