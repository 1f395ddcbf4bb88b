-- One row per action: for how many customers it is the best, what it costs and what it brings.
-- Key: action
-- action                 see next_best_actions; all for all together
-- customer_count         customers for whom it is the best
-- in_budget_count        those of them whom the budget reaches
-- contact_cost           cost of reaching these
-- margin_expected        money expected of these after the cost
-- next_1000_margin       what the next 1,000 of budget would bring after the cost; 0 if the budget reaches everybody
-- wasted_window          marketing spent in the trailing window on customers on whom nothing should be spent, those who
--                        cannot be contacted among them; null but for stop_spending and all
with next_best_actions as (
    select * from actions.next_best_actions
),
next_steps as (
    select action, margin_step from actions.action_steps
    where not is_in_budget and cost_to_here <= $action_budget + 1000
),
wasted_costs as (
    select sum(spent_window) as wasted_window from entities.wasted_costs
),
actions_and_all as (
    select * from next_best_actions
    union all
    select * replace ('all' as action) from next_best_actions
),
summed_actions as (
    select
        action,
        count(*) as customer_count,
        count(*) filter (where is_in_budget) as in_budget_count,
        coalesce(sum(contact_cost) filter (where is_in_budget), 0) as contact_cost,
        coalesce(sum(margin_expected) filter (where is_in_budget), 0) as margin_expected
    from actions_and_all
    group by action
),
next_margins as (
    select action, sum(margin_step) as next_1000_margin from next_steps
    group by action
    union all
    select 'all' as action, sum(margin_step) as next_1000_margin from next_steps
)
select
    summed_actions.action,
    summed_actions.customer_count,
    summed_actions.in_budget_count,
    summed_actions.contact_cost,
    summed_actions.margin_expected,
    coalesce(next_margins.next_1000_margin, 0) as next_1000_margin,
    case when summed_actions.action in ('stop_spending', 'all') then coalesce(wasted_costs.wasted_window, 0) end
        as wasted_window
from summed_actions
left join next_margins on summed_actions.action = next_margins.action
cross join wasted_costs
