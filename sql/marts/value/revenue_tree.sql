-- One row per window, group and node of the tree: revenue = customers × orders_per_customer × units_per_order ×
-- revenue_per_unit, and margin likewise, with how much of the change each factor explains.
-- Why: a factor explains the logarithmic mean of the two revenues times the logarithm of its own growth (LMDI): that
-- leaves no rest, whatever the order of the factors. Where nobody bought in one of the windows, customers explain all.
-- Key: period, dimension, group_name, node
-- period                     window: the $window_days that end with $run_date; previous: those before
-- dimension                  all, relationship, channel, region, acquisition_channel, first_channel or first_category
-- group_name                 the group; new or known (before that window) for relationship; unknown if nobody knows. A
--                            customer of two channels counts in both
-- node                       revenue, margin, customers, orders_per_customer, units_per_order, revenue_per_unit or
--                            margin_per_unit
-- amount                     its value; null if it cannot be computed
-- amount_change              against the window before; null for previous
-- revenue_change_explained   money of the change of revenue; null for previous, for nodes of margin alone, and where
--                            units or revenue are not above 0 in both windows
-- margin_change_explained    money of the change of margin; null likewise
with revenue_changes as (
    select * from entities.revenue_changes
),
nodes as (
    select
        dimension,
        group_name,
        customer_count = 0 or customer_count_previous = 0 as is_new_or_gone,
        cast(revenue - revenue_previous as double) as revenue_change,
        cast(margin - margin_previous as double) as margin_change,
        case
            when unit_count is not null and unit_count_previous is not null then revenue_logarithmic_mean
        end as revenue_mean,
        case
            when unit_count is not null and unit_count_previous is not null then margin_logarithmic_mean
        end as margin_mean,
        unnest(make_array(
            'revenue', 'margin', 'customers', 'orders_per_customer', 'units_per_order', 'revenue_per_unit',
            'margin_per_unit'
        )) as node,
        unnest(make_array(
            cast(revenue as double),
            cast(margin as double),
            cast(customer_count as double),
            cast(order_count as double) / nullif(customer_count, 0),
            unit_count / nullif(order_count, 0),
            cast(revenue as double) / unit_count,
            cast(margin as double) / unit_count
        )) as amount,
        unnest(make_array(
            cast(revenue_previous as double),
            cast(margin_previous as double),
            cast(customer_count_previous as double),
            cast(order_count_previous as double) / nullif(customer_count_previous, 0),
            unit_count_previous / nullif(order_count_previous, 0),
            cast(revenue_previous as double) / unit_count_previous,
            cast(margin_previous as double) / unit_count_previous
        )) as amount_previous
    from revenue_changes
),
explained_nodes as (
    select
        *,
        case
            when node in ('margin', 'margin_per_unit') then null
            when node = 'revenue' or (is_new_or_gone and node = 'customers') then revenue_change
            when is_new_or_gone then 0
            else revenue_mean * ln(amount / amount_previous)
        end as revenue_change_explained,
        case
            when node in ('revenue', 'revenue_per_unit') then null
            when node = 'margin' or (is_new_or_gone and node = 'customers') then margin_change
            when is_new_or_gone then 0
            else margin_mean * ln(amount / amount_previous)
        end as margin_change_explained
    from nodes
)
select
    unnest(make_array('window', 'previous')) as period,
    dimension,
    group_name,
    node,
    unnest(make_array(amount, amount_previous)) as amount,
    unnest(make_array(amount - amount_previous, null)) as amount_change,
    unnest(make_array(revenue_change_explained, null)) as revenue_change_explained,
    unnest(make_array(margin_change_explained, null)) as margin_change_explained
from explained_nodes
