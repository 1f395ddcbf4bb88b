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
periods as (
    select column1 as period
    from (values ('window'), ('previous'))
),
nodes as (
    select column1 as node
    from (values
        ('revenue'), ('margin'), ('customers'), ('orders_per_customer'), ('units_per_order'),
        ('revenue_per_unit'), ('margin_per_unit')
    )
),
valued_nodes as (
    select
        revenue_changes.*,
        nodes.node,
        case nodes.node
            when 'revenue' then cast(revenue as double)
            when 'margin' then cast(margin as double)
            when 'customers' then cast(customer_count as double)
            when 'orders_per_customer' then cast(order_count as double) / nullif(customer_count, 0)
            when 'units_per_order' then unit_count / nullif(order_count, 0)
            when 'revenue_per_unit' then cast(revenue as double) / unit_count
            when 'margin_per_unit' then cast(margin as double) / unit_count
        end as amount,
        case nodes.node
            when 'revenue' then cast(revenue_previous as double)
            when 'margin' then cast(margin_previous as double)
            when 'customers' then cast(customer_count_previous as double)
            when 'orders_per_customer' then cast(order_count_previous as double) / nullif(customer_count_previous, 0)
            when 'units_per_order' then unit_count_previous / nullif(order_count_previous, 0)
            when 'revenue_per_unit' then cast(revenue_previous as double) / unit_count_previous
            when 'margin_per_unit' then cast(margin_previous as double) / unit_count_previous
        end as amount_previous
    from revenue_changes
    cross join nodes
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
    from valued_nodes
)
select
    periods.period,
    explained_nodes.dimension,
    explained_nodes.group_name,
    explained_nodes.node,
    case periods.period when 'window' then amount else amount_previous end as amount,
    case periods.period when 'window' then amount - amount_previous end as amount_change,
    case periods.period when 'window' then revenue_change_explained end as revenue_change_explained,
    case periods.period when 'window' then margin_change_explained end as margin_change_explained
from explained_nodes
cross join periods
