-- One row per customer and step of spending on them: first the action that brings most for its money, then the one that
-- brings most in all, if that is another.
-- Why: with little money a cheap action for many brings more than a dear one for few. A dearer one has its turn when what it
-- brings beyond the cheap one, for what it costs beyond it, is the best that money can buy.
-- Key: customer_id, step
-- customer_id    who
-- step           1, and 2 if another action brings more in all
-- action         what to do from this step on, see next_best_actions
-- cost_step      what it costs beyond the step before
-- margin_step    money expected beyond the step before, after that cost
-- step_rank      1 is best: by margin_step for each unit of cost_step
-- cost_to_here   cost of this step and all better ones
-- is_in_budget   whether $action_budget reaches it (0: no limit)
with action_choices as (
    select * from entities.action_choices
),
thrifty_choices as (
    select
        customer_id,
        action,
        contact_cost,
        margin_expected,
        row_number() over (
            partition by customer_id
            order by
                cast(margin_expected as double) / nullif(cast(contact_cost as double), 0) desc nulls first,
                margin_expected desc,
                action
        ) as thrift
    from action_choices
),
first_steps as (
    select * from thrifty_choices
    where thrift = 1
),
steps as (
    select
        customer_id,
        1 as step,
        action,
        contact_cost as cost_step,
        margin_expected as margin_step
    from first_steps
    union all
    select
        action_choices.customer_id,
        2 as step,
        action_choices.action,
        cast(action_choices.contact_cost - first_steps.contact_cost as decimal(18, 4)) as cost_step,
        cast(action_choices.margin_expected - first_steps.margin_expected as decimal(18, 4)) as margin_step
    from action_choices
    inner join first_steps on action_choices.customer_id = first_steps.customer_id
    where
        action_choices.choice = 1
        and action_choices.margin_expected > first_steps.margin_expected
),
ranked_steps as (
    select
        *,
        row_number() over (
            order by
                cast(margin_step as double) / nullif(cast(cost_step as double), 0) desc nulls first,
                customer_id,
                step
        ) as step_rank
    from steps
),
costed_steps as (
    select
        *,
        cast(sum(cost_step) over (order by step_rank) as decimal(18, 4)) as cost_to_here
    from ranked_steps
)
select
    customer_id,
    step,
    action,
    cost_step,
    margin_step,
    step_rank,
    cost_to_here,
    $action_budget = 0 or cost_to_here <= $action_budget as is_in_budget
from costed_steps
