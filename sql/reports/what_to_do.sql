-- What to do tomorrow: the best action of every customer for whom one pays.
with actions as (
    select
        *,
        max(in_budget_count) filter (where action = 'all') over () as reached_all,
        max(margin_expected) filter (where action = 'all') over () as margin_expected_all,
        max(contact_cost) filter (where action = 'all') over () as contact_cost_all,
        max(next_1000_margin) filter (where action = 'all') over () as next_1000_margin_all,
        max(wasted_window) over () as wasted_window_all
    from actions.action_summary
)
select
    action,
    customer_count as customers,
    cast(contact_cost as decimal(18, 4)) as contact_cost,
    cast(margin_expected as decimal(18, 4)) as margin_expected,
    reached_all,
    cast(margin_expected_all as decimal(18, 4)) as margin_expected_all,
    cast(contact_cost_all as decimal(18, 4)) as contact_cost_all,
    cast(nullif(next_1000_margin_all, 0) as decimal(18, 4)) as next_1000_margin_all,
    cast(nullif(wasted_window_all, 0) as decimal(18, 4)) as wasted_window_all
from actions
where action <> 'all'
order by margin_expected desc, action
