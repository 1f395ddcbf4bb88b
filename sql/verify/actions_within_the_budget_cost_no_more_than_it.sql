-- What is spent on the actions that the budget reaches is what their steps cost, and no more than the budget.
with actions as (
    select coalesce(sum(contact_cost), 0) as contact_cost
    from actions.next_best_actions
    where is_in_budget
),
steps as (
    select coalesce(sum(cost_step), 0) as step_cost
    from actions.action_steps
    where is_in_budget
)
select *
from actions
cross join steps
where
    contact_cost <> step_cost
    or (contact_cost > $action_budget and $action_budget > 0)
