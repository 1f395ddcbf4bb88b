-- Expected margin is response × presence × what it is worth − cost, to the cent; an action that costs something costs no
-- more than its limit, and the runner-up brings no more, unless it is the budget that does not reach it.
select
    customer_id,
    action,
    margin_expected,
    runner_up_margin
from actions.next_best_actions
where
    abs(
        response_rate * presence_probability * cast(response_margin as double) - cast(contact_cost as double)
        - cast(margin_expected as double)
    ) > 0.01
    or contact_cost > spending_limit
    or ($action_budget = 0 and runner_up_margin > margin_expected)
